// What can be done with an answer: keep watching its question, share it, take its evidence along.

import { request, sendJson } from "./api.js";
import { announce, el } from "./dom.js";
import { t } from "./i18n.js";
import { told } from "./trouble.js";

const DAYS = 7;

/** The row under an answered turn. `actions`: watch(question, filters). */
export function actionsOf({ question, filters, answer }, actions) {
  const said = el("div", { class: "action-said", role: "status" });
  const button = (key, act) => el("button", {
    type: "button", t: key, on: { click: () => trying(said, () => act(said)) },
  });
  return el("div", { class: "actions" },
    el("div", { class: "action-row" },
      button("action.watch", () => actions.watch(question, filters)),
      button("action.share", () => share(answer.id, said)),
      button("action.bundle", () => keep(answer.id))),
    said);
}

async function trying(said, act) {
  try {
    await act();
  } catch (error) {
    said.replaceChildren(told(error));
  }
}

async function share(answerId, said) {
  const path = `/v1/answers/${encodeURIComponent(answerId)}/shares`;
  const made = await sendJson("POST", path, { days: DAYS });
  const address = new URL(made.path, location.href).href;
  const copied = async () => {
    await navigator.clipboard.writeText(address);
    announce(t("action.copied"));
    copy.dataset.t = "action.copied";
    copy.textContent = t("action.copied");
  };
  const withdrawn = async () => {
    await sendJson("DELETE", `/v1/shares/${encodeURIComponent(made.id)}`);
    said.replaceChildren(el("p", { t: "action.withdrawn" }));
  };
  const copy = el("button", {
    type: "button", t: "action.copy", on: { click: () => trying(said, copied) },
  });
  said.replaceChildren(
    el("p", { t: "action.shared", params: { at: { at: made.expires_at } } }),
    el("p", { class: "share-link" },
      el("a", { href: made.path, target: "_blank", rel: "noopener", dir: "ltr" }, address)),
    el("p", { class: "action-row" }, copy,
      el("button", {
        type: "button", t: "action.withdraw", on: { click: () => trying(said, withdrawn) },
      })));
}

async function keep(answerId) {
  const response = await request(`/v1/answers/${encodeURIComponent(answerId)}/bundle`);
  const name = /filename="([\w.-]+)"/.exec(response.headers.get("content-disposition") ?? "");
  const address = URL.createObjectURL(await response.blob());
  el("a", { href: address, download: name?.[1] ?? "bundle" }).click();
  URL.revokeObjectURL(address);
}
