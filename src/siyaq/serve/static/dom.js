// Making elements. Text only ever goes in as text: nothing here parses markup.

import { translate } from "./i18n.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element.
 *
 * `options`: `class`, `t` (string key) with `params`, `label` (key of its accessible name) with
 * `params`, `on` (event name to listener), and any other name as an attribute (true: present,
 * null or false: absent). Children are nodes or strings; null ones are left out.
 */
export function el(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "t") node.dataset.t = value;
    else if (name === "label") node.dataset.tLabel = value;
    else if (name === "params") node.dataset.p = JSON.stringify(value);
    else if (name === "on") listen(node, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  if (options.t || options.label) translate(node);
  return node;
}

function listen(node, listeners) {
  for (const [name, listener] of Object.entries(listeners)) node.addEventListener(name, listener);
}

/** Make an SVG element with attributes. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** Make a <bdi> of what somebody is called: a name, or {t: key, …} where nobody told us one. */
export function called(name, options = {}) {
  return typeof name === "string" ? el("bdi", options, name) : el("bdi", { ...options, t: name.t, params: name });
}

// Directional overrides can make a text read as what it is not: they are not shown.
const OVERRIDES = /[\u202d\u202e]/g;

/** Make an element that holds a stranger's text: its direction its own, isolated from ours. */
export function words(tag, text, className = "words") {
  return el(tag, { class: className, dir: "auto" }, text.replace(OVERRIDES, ""));
}

/** Make `words` of a part of a text, with the first place of each quote in the whole text marked. */
export function marked(tag, [text, from, to], quotes, className) {
  const node = el(tag, { class: className, dir: "auto" });
  const shown = (start, end) => text.slice(start, end).replace(OVERRIDES, "");
  let done = from;
  for (const place of placesOf(text, quotes)) {
    const [start, end] = [Math.max(place[0], from), Math.min(place[1], to)];
    if (start >= end) continue;
    node.append(shown(done, start), el("mark", {}, shown(start, end)));
    done = end;
  }
  node.append(shown(done, to));
  return node;
}

function placesOf(text, quotes) {
  const places = [];
  for (const quote of quotes) {
    const start = quote ? text.indexOf(quote) : -1;
    if (start >= 0) places.push([start, start + quote.length]);
  }
  places.sort((a, b) => a[0] - b[0]);
  const merged = [];
  for (const place of places) {
    const last = merged.at(-1);
    if (last && place[0] <= last[1]) last[1] = Math.max(last[1], place[1]);
    else merged.push(place);
  }
  return merged;
}

/** Return the element with an id, which is in the page. */
export function byId(id) {
  return document.getElementById(id);
}

/** Say something to people who listen to the page. */
export function announce(text) {
  byId("announcer").textContent = text;
}
