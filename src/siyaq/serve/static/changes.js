// What changed since an earlier answer to the same question: what is new, what its posts lost.

import { el } from "./dom.js";

const WHYS = ["deleted", "edited", "replaced"];

/** Say what is different, or nothing where the same was not asked before. */
export function changesOf({ changed, short_answer: short }) {
  if (!changed) return [];
  const lines = WHYS.map((why) => [why, changed.gone.filter((one) => one.why === why).length]);
  lines.unshift(["added", changed.added.length]);
  const told = lines.filter(([, n]) => n > 0).map(([what, n]) =>
    el("li", { t: `answer.changed.${what}`, params: { n } }));
  if (told.length === 0) told.push(el("li", { t: "answer.changed.none" }));
  const before = changed.short_answer_before;
  if (before && before !== short) {
    told.push(el("li", {
      t: "answer.changed.short", params: { short: before }, "data-post": changed.short_answer_post_id,
    }));
  }
  return [
    el("section", { class: "changed" },
      el("h4", { t: "answer.changed", params: { at: { at: changed.since } } }),
      el("ul", {}, ...told)),
  ];
}
