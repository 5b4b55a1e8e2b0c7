// Health at a glance, what was used, and every setting with where its value came from.

import { getJson } from "./api.js";
import { el } from "./dom.js";
import { number } from "./format.js";
import { told } from "./trouble.js";

const MB = 1_000_000;

/** Draw the tab. */
export async function drawHealth() {
  const [status, models, quota] = await Promise.all(
    ["/v1/status", "/v1/models", "/v1/quota"].map((path) => getJson(path)));
  const late = status.log_seq - status.indexed_seq;
  const unread = status.log_seq - status.embedded_seq;
  const ill = status.sources.filter(({ state }) => state === "refused" || state === "waiting").length;
  return el("div", { class: "desk-part" },
    el("ul", { class: "lights" },
      light(status.writing, status.writing ? "health.writing" : "health.reading"),
      light(!ill, ill ? "health.sources_ill" : "health.sources_well", ill),
      light(!late, late ? "health.indexing" : "health.indexed", late),
      light(!unread, unread ? "health.embedding" : "health.embedded", unread)),
    el("dl", { class: "clocks" },
      ...field("health.posts", number(status.posts)),
      ...field("health.deleted", number(status.deleted)),
      ...field("health.disk", `${number(Math.round(status.disk_bytes / MB))} MB`),
      ...field("health.embedder", status.embedder),
      el("dt", { t: "health.models" }),
      el("dd", {}, el("ul", { class: "model-lights" }, ...models.data.map(model))),
      ...field("health.version", status.version)),
    used(quota),
    el("section", { class: "desk-section" },
      el("h3", { t: "health.settings" }), await settings()));
}

function light(well, key, n = 0) {
  return el("li", {},
    el("span", { class: "source-dot", "data-state": well ? "live" : "waiting", "aria-hidden": "true" }),
    el("span", { t: key, params: { n } }));
}

const DOTS = { well: "live", ill: "waiting", untried: "idle" };

function model({ id, state, problem }) {
  return el("li", {},
    el("span", { class: "source-dot", "data-state": DOTS[state], "aria-hidden": "true" }),
    el("bdi", { dir: "ltr" }, id),
    el("span", { t: `health.model.${state}` }),
    problem ? el("span", { class: "gap", dir: "ltr", lang: "en" }, problem) : null);
}

function field(key, value) {
  return [el("dt", { t: key }), el("dd", {}, el("bdi", { dir: "ltr" }, value))];
}

function used({ requests, tokens, seconds }) {
  const limited = Object.entries({ requests, tokens, seconds }).filter(([, { limit }]) => limit);
  if (limited.length === 0) return null;
  return el("section", { class: "desk-section" }, el("h3", { t: "health.used" }),
    ...limited.map(([name, { used: n, limit }]) =>
      el("label", { class: "field" }, el("span", { t: `quota.${name}`, params: { n: Math.round(n), most: limit } }),
        el("meter", { min: 0, max: limit, value: n, high: limit * 0.8 }))));
}

async function settings() {
  let found;
  try {
    found = (await getJson("/v1/settings")).settings;
  } catch (error) {
    return told(error);
  }
  if (found.length === 0) return el("p", { class: "empty", t: "health.no_settings" });
  return el("div", { class: "settings", tabindex: 0, role: "group", label: "health.settings" },
    el("table", {},
      el("thead", {}, el("tr", {}, ...["key", "value", "origin"].map((one) =>
        el("th", { scope: "col", t: `setting.${one}` })))),
      el("tbody", {}, ...found.map(({ key, value, origin, about }) =>
        el("tr", { class: origin === "default" ? "" : "chosen" },
          el("th", { scope: "row" }, el("bdi", { dir: "ltr", title: about }, key)),
          el("td", {}, el("bdi", { dir: "ltr" }, value === "" ? "–" : String(value))),
          el("td", {}, el("bdi", { dir: "ltr" }, origin)))))));
}
