// How a source is doing, in figures: its rate and lag, what it missed, and what it did not take.

import { gapsOf } from "./covered.js";
import { el } from "./dom.js";

/** Return the figures of a source's status; the lag where anything came since the start. */
export function factsOf({ posts_per_second: rate, lag_seconds: lag, gaps, refused }) {
  return [
    rate === undefined ? null : el("p", { class: "by" },
      el("span", { t: "source.rate", params: { rate: rounded(rate) } }),
      lag === null ? null : el("span", { t: "source.lag", params: { lag: rounded(lag) } })),
    ...gapsOf({ gaps: gaps ?? [] }, "p"),
    ...refusals(Object.entries(refused ?? {})),
  ];
}

function refusals(reasons) {
  if (!reasons.length) return [];
  const n = reasons.reduce((sum, [, count]) => sum + count, 0);
  return [el("details", {},
    el("summary", { t: "source.not_taken", params: { n } }),
    el("ul", {}, ...reasons.map(([reason, count]) =>
      el("li", {}, el("bdi", { dir: "ltr" }, reason), ": ",
        el("span", { t: "number", params: { n: count } })))))];
}

function rounded(value) {
  return Math.round(value * 10) / 10;
}
