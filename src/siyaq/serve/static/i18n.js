// The words of the interface. Every translated node carries its key, so that a change of language
// is one walk over the page, and nothing has to be drawn again.

import { instant, moment, number, showTimes, stretch } from "./format.js";

const catalogs = new Map();
let strings = {};
let rules = new Intl.PluralRules("en");

/** The language of the interface: "en" or "ar". */
export function language() {
  return document.documentElement.lang;
}

/** Load a language and put it on the whole page. */
export async function speak(wanted) {
  if (!catalogs.has(wanted)) {
    const response = await fetch(`/static/strings/${wanted}.json`);
    if (!response.ok) throw new Error(`no strings for ${wanted}`);
    catalogs.set(wanted, await response.json());
  }
  strings = catalogs.get(wanted);
  rules = new Intl.PluralRules(wanted);
  const root = document.documentElement;
  root.lang = wanted;
  root.dir = wanted === "ar" ? "rtl" : "ltr";
  for (const node of document.querySelectorAll(
    "[data-t], [data-t-label], [data-t-placeholder]",
  )) {
    translate(node);
  }
  showTimes(document);
}

/**
 * Return a text. A text that counts has a form for each plural category, chosen by `params.n`.
 * Numbers are written in the interface's digits, `{at: time}` as a moment (`exact`: to the second), `{span: [from, to]}` as
 * a stretch of time, `{t: key, ...params}` as another text, and anything else is isolated, so that a name of
 * the other direction cannot disturb its sentence.
 */
export function t(key, params = {}) {
  const found = strings[key];
  if (found === undefined) return key;
  const text = typeof found === "string" ? found : (found[rules.select(params.n)] ?? found.other);
  return text.replace(/\{(\w+)\}/g, (_, name) => written(params[name]));
}

/** Say whether there is a text for a key. */
export function has(key) {
  return Object.hasOwn(strings, key);
}

function written(value) {
  if (typeof value === "number") return number(value);
  if (value?.constructor === Object) {
    if (value.at) return value.exact ? instant(value.at) : moment(value.at);
    return value.span ? stretch(value.span) : t(value.t, value);
  }
  return `\u2068${value ?? ""}\u2069`;
}

/** Put the words of the current language on one node. */
export function translate(node) {
  const params = node.dataset.p ? JSON.parse(node.dataset.p) : {};
  if (node.dataset.t) node.textContent = t(node.dataset.t, params);
  if (node.dataset.tLabel) node.setAttribute("aria-label", t(node.dataset.tLabel, params));
  if (node.dataset.tPlaceholder) node.placeholder = t(node.dataset.tPlaceholder, params);
}

/** Give a node another text. */
export function retell(node, key, params = {}) {
  node.dataset.t = key;
  node.dataset.p = JSON.stringify(params);
  translate(node);
}
