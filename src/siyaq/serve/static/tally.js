// How many say it: counts that can be opened, down to each post.

import { el } from "./dom.js";
import { number } from "./format.js";

/**
 * Show the counts of an answer, or nothing where nothing was counted. `markerOf` makes the marker
 * of an evidence id, `openPost` opens a post.
 */
export function tallyOf({ counts }, markerOf, openPost) {
  if (!counts) return [];
  const most = Math.max(...counts.groups.map((group) => group.independent), 1);
  const of = {
    accounts: { t: "tally.accounts", n: counts.accounts },
    posts: { t: "tally.posts", n: counts.posts },
  };
  return [
    el("section", { class: "tally" },
      el("p", { class: "short", t: "tally.independent", params: { n: counts.independent } }),
      el("p", { class: "step", t: "tally.of", params: of }),
      el("ol", { class: "tally-groups" },
        ...counts.groups.map((group) => groupOf(group, most, markerOf, openPost))),
      el("p", { class: "tally-note", t: counts.complete ? "tally.note" : "tally.more" })),
  ];
}

function groupOf(group, most, markerOf, openPost) {
  const bar = el("span", { class: "tally-bar", "aria-hidden": "true" });
  bar.style.inlineSize = `${(100 * group.independent) / most}%`;
  const posts = group.post_ids.map((postId, at) => el("li", { "data-post": postId },
    el("button", {
      type: "button", class: "marker", label: "tally.open", params: { n: at + 1 },
      on: { click: () => openPost(postId, []) },
    }, number(at + 1))));
  return el("li", {},
    el("div", { class: "tally-line" }, markerOf(group.evidence_id),
      el("span", { class: "tally-track" }, bar),
      el("span", { t: "tally.independent", params: { n: group.independent } })),
    el("details", {},
      el("summary", { t: "tally.posts", params: { n: group.posts } }),
      el("ol", { class: "tally-posts" }, ...posts)));
}
