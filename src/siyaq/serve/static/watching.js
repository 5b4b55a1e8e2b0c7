// Saved questions and their alerts: a form, what changed, what is watched.

import { getJson, sendJson } from "./api.js";
import { announce, byId, el, words } from "./dom.js";
import { chipsOf } from "./filters.js";
import { timeOf } from "./format.js";
import { language, retell, t } from "./i18n.js";
import { told } from "./trouble.js";

const MINUTES = [1, 5, 15, 60, 360, 1440];
const LOOK_MS = 20_000;
const SHOWN = 30;

let unseen = 0;

/** Look for alerts now and then, and tell how many nobody has seen. */
export function startAlerts() {
  const look = async () => {
    if (document.hidden || byId("state").dataset.state !== "live") return;
    try {
      count((await getJson("/v1/alerts?limit=1")).unseen);
    } catch {
      // the state of the page says it already, or this key may not
    }
  };
  setInterval(look, LOOK_MS);
  byId("state").addEventListener("live", look);
}

function count(n) {
  const badge = byId("desk-unseen");
  badge.hidden = n === 0;
  retell(badge, "number", { n });
  if (n > unseen) announce(t("alert.told", { n }));
  unseen = n;
}

/** Draw the tab. `given`: a question to be saved, and its filters; `actions`: ask(question), openAnswer(id). */
export async function drawWatching(given, actions) {
  const [{ watches }, found] = await Promise.all([
    getJson("/v1/watches"), getJson(`/v1/alerts?limit=${SHOWN}`),
  ]);
  const root = el("div", { class: "desk-part" });
  const again = async () => root.replaceWith(await drawWatching(undefined, actions));
  root.append(
    form(given ?? {}, again, watches.length === 0 || Boolean(given?.question)),
    section("desk.alerts", alertsOf(found.alerts, actions)),
    section("desk.watches", watchesOf(watches, again)));
  if (found.unseen > 0) {
    count(0);
    sendJson("POST", "/v1/alerts/seen").catch(() => {}); // a reader's key may look, and no more
  }
  return root;
}

function section(title, content) {
  return el("section", { class: "desk-section" }, el("h3", { t: title }), content);
}

function field(label, control) {
  return el("label", { class: "field" }, el("span", { t: label }), control);
}

function form({ question = "", filters }, again, open) {
  const { lang, source, author } = filters ?? {}; // not of time: it goes on
  const kept = { ...(lang && { lang }), ...(source && { source }), ...(author && { author }) };
  const text = el("textarea", {
    rows: 2, maxlength: 1000, required: true, dir: "auto", autofocus: open && question === "",
  });
  text.value = question;
  const every = el("select", {},
    ...MINUTES.map((minutes) => el("option", { value: minutes, ...paced(minutes) })));
  every.value = "5";
  const scope = el("select", {},
    el("option", { value: "anything", t: "watch.anything" }),
    el("option", { value: "verdict", t: "watch.verdict" }));
  const hook = el("input", { type: "url", dir: "ltr", maxlength: 2000, placeholder: "https://" });
  const mail = el("input", { type: "email", dir: "ltr", maxlength: 320 });
  const said = el("div", { role: "status" });
  const save = async (event) => {
    event.preventDefault();
    const body = {
      question: text.value, every_minutes: Number(every.value), scope: scope.value,
      language: language(), webhook: hook.value, email: mail.value, filters: kept,
    };
    try {
      await sendJson("POST", "/v1/watches", body);
      announce(t("watch.saved"));
      await again();
    } catch (error) {
      said.replaceChildren(told(error));
    }
  };
  return el("details", { class: "desk-form", open },
    el("summary", { t: "watch.new" }),
    el("form", { on: { submit: save } },
      field("watch.question", text),
      el("p", { class: "chips" }, ...chipsOf(kept)),
      el("div", { class: "field-row" }, field("watch.every", every), field("watch.scope", scope)),
      el("div", { class: "field-row" }, field("watch.webhook", hook), field("watch.email", mail)),
      said,
      el("p", {}, el("button", { type: "submit", class: "primary", t: "watch.save" }))));
}

function paced(minutes) {
  const hours = minutes >= 60 && minutes % 60 === 0;
  return { t: hours ? "watch.hours" : "watch.minutes", params: { n: hours ? minutes / 60 : minutes } };
}

function alertsOf(alerts, actions) {
  if (alerts.length === 0) return el("p", { class: "empty", t: "desk.no_alerts" });
  return el("ol", { class: "desk-list" }, ...alerts.map((alert) =>
    el("li", { class: alert.seen ? "alert" : "alert fresh-alert" },
      words("p", alert.question, "words desk-question"),
      el("ul", { class: "alert-changes" }, ...alert.changes.map((change) =>
        el("li", { t: `change.${change}`, params: { n: countOf(alert, change) } }))),
      el("p", { class: "by" }, timeOf(alert.at),
        el("button", {
          type: "button", class: "context-button", t: "alert.open", label: "alert.open_of",
          params: { question: alert.question },
          on: { click: () => actions.openAnswer(alert.question, alert.answer_id) },
        })),
      ...alert.deliveries.filter((one) => one.state !== "sent").map((one) =>
        el("p", { class: "gap", t: `delivery.${one.state}`,
          params: { target: one.target, problem: one.problem } })))));
}

function countOf({ added, withdrawn }, change) {
  return { new_evidence: added, withdrawn }[change] ?? 0;
}

function watchesOf(watches, again) {
  if (watches.length === 0) return el("p", { class: "empty", t: "desk.no_watches" });
  return el("ul", { class: "desk-list" }, ...watches.map((watch) => watchOf(watch, again)));
}

function watchOf(watch, again) {
  const path = `/v1/watches/${encodeURIComponent(watch.id)}`;
  const said = el("div", { role: "status" });
  const button = (key, label, act) => el("button", {
    type: "button", class: "context-button", t: key, label, params: { question: watch.question },
    on: { click: () => act().then(again).catch((error) => said.replaceChildren(told(error))) },
  });
  const pause = () => sendJson("PATCH", path, { paused: !watch.paused });
  const turn = watch.paused ? "watch.resume" : "watch.pause";
  const pace = watch.paused ? { t: "watch.paused" } : paced(watch.every_minutes);
  return el("li", { class: watch.paused ? "paused" : null },
    words("p", watch.question, "words desk-question"),
    el("p", { class: "chips" }, ...chipsOf(watch.filters)),
    el("p", { class: "by" },
      el("span", pace),
      watch.asked_at ? timeOf(watch.asked_at) : el("span", { t: "watch.not_asked" }),
      watch.webhook ? el("span", {}, el("bdi", { dir: "ltr" }, new URL(watch.webhook).host)) : null,
      watch.email ? el("span", {}, el("bdi", { dir: "ltr" }, watch.email)) : null),
    watch.problem ? el("p", { class: "gap", dir: "ltr", lang: "en" }, watch.problem) : null,
    el("p", { class: "action-row" },
      button(turn, `${turn}_of`, pause),
      el("a", { class: "button context-button", href: watch.feed, t: "watch.feed" }),
      button("watch.remove", "watch.remove_of", () => sendJson("DELETE", path))),
    said);
}
