// Saying what went wrong, in a line.

import { el } from "./dom.js";
import { has } from "./i18n.js";

/** A notice of an error: in the reader's language, with the server's own words below. */
export function told(error) {
  const key = has(`problem.${error.code}`) ? `problem.${error.code}` : "problem.internal";
  const more = [error.detail, error.hint].filter(Boolean).join("; ");
  return el("div", { class: "notice failed" },
    el("p", { class: "notice-title", t: key }),
    more ? el("p", { class: "notice-detail", dir: "ltr", lang: "en" }, more) : null);
}
