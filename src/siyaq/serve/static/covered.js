// What an answer rests on: as of when, over which stretch, when nobody was listening, whose words.

import { el } from "./dom.js";
import { has } from "./i18n.js";

const MAX_GAPS = 3;

/** Say as of when an answer stands, what was searched for it, and what a model had to do with it. */
export function covered({ as_of: asOf, covered: window, model, unphrased }) {
  const lines = [el("span", { t: "answer.as_of", params: { at: { at: asOf } } })];
  if (window.since && window.until) {
    const span = { span: [window.since, window.until] };
    lines.push(el("span", { t: "answer.covered", params: { span } }));
  } else {
    lines.push(el("span", { t: "answer.nothing_held" }));
  }
  if (model !== "extractive") {
    lines.push(el("span", { t: "answer.phrased", params: { model } }));
  } else if (unphrased) {
    lines.push(el("span", { t: `answer.unphrased.${unphrased}` }));
  }
  return el("p", { class: "covered" }, ...lines, ...gapsOf(window, "span"));
}

/** Say when nobody was listening: the last few stretches, and how many more there were. */
export function gapsOf({ gaps }, tag) {
  const told = gaps.slice(-MAX_GAPS).map(({ source, since, until, reason }) => {
    const why = { t: has(`gap.${reason}`) ? `gap.${reason}` : "gap.upstream" };
    const params = { source, span: { span: [since, until] }, reason: why };
    return el(tag, { class: "gap", t: "answer.gap", params });
  });
  const more = gaps.length - told.length;
  if (more > 0) told.push(el(tag, { class: "gap", t: "answer.more_gaps", params: { n: more } }));
  return told;
}
