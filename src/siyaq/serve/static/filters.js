// Which posts may answer: by time, language, source and author. Kept while the page is open.

import { getJson } from "./api.js";
import { byId, el } from "./dom.js";

const HOUR_MS = 3_600_000;

export class Filters {
  #form = byId("filters");
  #time = byId("filter-time");

  constructor() {
    this.#form.addEventListener("input", () => this.#show());
    this.#form.addEventListener("toggle", () => this.#offerSources(), { once: true });
    byId("filter-clear").addEventListener("click", () => {
      for (const control of this.#form.querySelectorAll("select, input")) control.value = "";
      this.#show();
      this.#time.focus();
    });
    document.addEventListener("spoken", () => this.#show());
    this.#show();
  }

  /** The filters as the server takes them, as of now; null where there are none. */
  get chosen() {
    const made = {};
    const hours = Number(this.#time.value);
    if (hours) made.since = new Date(Date.now() - hours * HOUR_MS).toISOString();
    if (this.#time.value === "between") {
      for (const name of ["since", "until"]) {
        const { value } = byId(`filter-${name}`);
        if (value) made[name] = new Date(value).toISOString();
      }
    }
    for (const name of ["lang", "source", "author"]) {
      const said = byId(`filter-${name}`).value.split(/[,،]/).map((one) => one.trim()).filter(Boolean);
      if (said.length) made[name] = said;
    }
    return Object.keys(made).length ? made : null;
  }

  #show() {
    byId("filter-between").hidden = this.#time.value !== "between";
    byId("filter-told").replaceChildren(...chipsOf(this.chosen));
    byId("filter-clear").hidden = this.chosen === null;
  }

  async #offerSources() {
    try {
      const { sources } = await getJson("/v1/status");
      const names = [...new Set(sources.map(({ source }) => source))];
      byId("filter-sources").replaceChildren(...names.map((value) => el("option", { value })));
    } catch {
      // a name can be typed all the same
    }
  }
}

/** Say filters in short pieces; nothing where there are none. */
export function chipsOf(filters) {
  if (!filters) return [];
  const { since, until, lang = [], source = [], author = [] } = filters;
  const chips = [];
  if (since && until) chips.push({ t: "filter.between_told", params: { span: { span: [since, until] } } });
  else if (since) chips.push({ t: "filter.since_told", params: { at: { at: since } } });
  else if (until) chips.push({ t: "filter.until_told", params: { at: { at: until } } });
  const spoken = { ar: "العربية", en: "English" };
  for (const name of lang) chips.push({ text: spoken[name] ?? name });
  for (const name of source) chips.push({ text: name });
  for (const name of author) chips.push({ text: `@${name.replace(/^@/, "")}` });
  return chips.map(({ text, ...said }) =>
    el("span", { class: "chip", ...said }, text === undefined ? null : el("bdi", {}, text)));
}
