// The sources: how each is doing, follow one more, let one rest.

import { getJson, sendJson } from "./api.js";
import { announce, el } from "./dom.js";
import { timeOf } from "./format.js";
import { t } from "./i18n.js";
import { factsOf } from "./source_facts.js";
import { told } from "./trouble.js";

const STATES = new Set(["connecting", "live", "waiting", "refused", "finished", "idle"]);

/** Draw the tab. */
export async function drawSources() {
  const [{ sources: doing }, { sources: followed }] = await Promise.all([
    getJson("/v1/status"), getJson("/v1/sources"),
  ]);
  const root = el("div", { class: "desk-part" });
  const again = async () => root.replaceWith(await drawSources());
  const named = new Set(followed.map(({ source, url }) => `${source} ${url}`));
  const others = doing.filter(({ source, url }) => !named.has(`${source} ${url}`));
  const items = [
    ...followed.map((one) => item(statusOf(one, doing), one, again)),
    ...others.map((one) => item(one, null, again)),
  ];
  root.append(form(again), items.length
    ? el("ul", { class: "desk-list" }, ...items) : el("p", { class: "empty", t: "sources.none" }));
  return root;
}

function statusOf({ source, url, problem }, doing) {
  const found = doing.find((one) => one.source === source && one.url === url)
    ?? doing.find((one) => one.source === source);
  return { ...(found ?? { posts: 0, state: "idle", last_event_at: null }), source, url, problem };
}

function item(status, followed, again) {
  const state = followed?.paused ? "paused" : STATES.has(status.state) ? status.state : "idle";
  const said = el("div", { role: "status" });
  return el("li", { class: followed?.paused ? "paused" : null },
    el("p", { class: "source-head" },
      el("span", { class: "source-dot", "data-state": state, "aria-hidden": "true" }),
      el("bdi", { class: "who" }, status.source),
      el("span", { class: "aside", t: `source.${state}` })),
    el("p", { class: "aside source-url" }, el("bdi", { dir: "ltr" }, status.url)),
    el("p", { class: "by" },
      el("span", { t: "state.posts", params: { n: status.posts } }),
      status.last_event_at ? timeOf(status.last_event_at) : null),
    ...factsOf(status),
    status.problem ? el("p", { class: "gap", dir: "ltr", lang: "en" }, status.problem) : null,
    followed ? actions(followed, said, again) : null,
    said);
}

function actions(followed, said, again) {
  const path = `/v1/sources/${encodeURIComponent(followed.id)}`;
  const params = { question: followed.source };
  const act = (doing) => () => doing().then(again).catch((error) => said.replaceChildren(told(error)));
  const turn = followed.paused ? "watch.resume" : "watch.pause";
  return el("p", { class: "action-row" },
    el("button", {
      type: "button", class: "context-button", t: turn, label: `${turn}_of`, params,
      on: { click: act(() => sendJson("PATCH", path, { paused: !followed.paused })) },
    }),
    followed.added ? el("button", {
      type: "button", class: "context-button", t: "watch.remove", label: "watch.remove_of", params,
      on: { click: act(() => sendJson("DELETE", path)) },
    }) : el("span", { class: "aside", t: "sources.by_settings" }));
}

function form(again) {
  const url = el("input", {
    dir: "ltr", maxlength: 2000, required: true, placeholder: "rss+https://example.org/feed",
  });
  const name = el("input", { dir: "auto", maxlength: 100 });
  const said = el("div", { role: "status" });
  const follow = async (event) => {
    event.preventDefault();
    try {
      await sendJson("POST", "/v1/sources", { url: url.value.trim(), name: name.value.trim() || null });
      announce(t("sources.followed"));
      await again();
    } catch (error) {
      said.replaceChildren(told(error));
    }
  };
  return el("details", { class: "desk-form" },
    el("summary", { t: "sources.follow" }),
    el("form", { on: { submit: follow } },
      field("sources.url", url), field("sources.name", name), said,
      el("p", {}, el("button", { type: "submit", class: "primary", t: "sources.follow" }))));
}

function field(label, control) {
  return el("label", { class: "field" }, el("span", { t: label }), control);
}
