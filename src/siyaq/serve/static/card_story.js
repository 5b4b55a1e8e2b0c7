// The story on a card: its claims with their evidence, its turns, what readers ask and say.

import { postButton, section } from "./card_parts.js";
import { el, words } from "./dom.js";
import { timeOf } from "./format.js";

const STANCES = ["refutes", "supports", "mentions"];

/** For each claim: what speaks for it, against it, what merely mentions it, and which side is empty.
 *  What a post only asks has answers, and nobody is disputed. */
export function claims(card, open) {
  if (card.status !== "shown") return []; // the card says already that nothing speaks of it
  return card.claims
    .map((claim) => section(claim.asked ? "card.asked" : "card.claims", {},
      words("blockquote", claim.text),
      claim.fact_checks.length === 0 ? null : el("details", { class: "checks", open: "" },
        el("summary", { t: "card.claims.fact_checks", params: { n: claim.fact_checks.length } }),
        el("ul", { class: "bearings" }, ...claim.fact_checks.map((id) => check(card, id, open)))),
      ...STANCES.filter((stance) => claim[stance].length > 0).map((stance) =>
        el("details", { class: stance, open: stance === "mentions" ? null : "" },
          el("summary", { t: told(claim, stance), params: { n: claim[stance].length } }),
          el("ul", { class: "bearings" }, ...claim[stance].map((id) => bearing(card, id, stance, open))))),
      missing(claim)));
}

function told({ asked }, what) {
  return asked && what !== "mentions" ? `card.asked.${what}` : `card.claims.${what}`;
}

function missing(claim) {
  const { refutes, supports, fact_checks: checks } = claim;
  if (checks.length > 0 || (refutes.length > 0 && supports.length > 0)) return null;
  const side = refutes.length > 0 ? "alone" : supports.length > 0 ? "undisputed" : "neither";
  return el("p", { class: "aside", t: told(claim, side) });
}

function check(card, id, open) {
  const reference = card.references.find((found) => found.id === id);
  const told = reference?.fact_check;
  if (!told) return null;
  return el("li", { class: reference.stance, "data-post": reference.post_id, "data-rating": told.rating },
    el("p", { class: "lead" }, el("bdi", {}, told.publisher)),
    el("p", { t: "card.check", params: { claim: told.claim, label: told.label || told.rating } }),
    el("p", { class: "by" }, postButton(card, reference.post_id, open), " ", timeOf(reference.placed_at)));
}

function bearing(card, id, stance, open) {
  const reference = card.references.find((found) => found.id === id);
  if (!reference) return null;
  return el("li", { class: stance, "data-post": reference.post_id },
    words("p", reference.text),
    el("p", { class: "by" }, postButton(card, reference.post_id, open), " ", timeOf(reference.placed_at)));
}

/** The story's posts in order of time, each turning point named. */
export function timeline(card, open) {
  if (card.timeline.length === 0) return null;
  return section("card.timeline", {},
    el("ol", { class: "timeline" }, ...card.timeline.map((moment) => {
      const reference = card.references.find((found) => found.id === moment.evidence_id);
      return el("li", { class: moment.turning ? `turning ${moment.turning}` : "", "data-post": moment.post_id },
        el("p", { class: "by" },
          el("span", { class: "relation", t: `turning.${moment.turning ?? "other"}` }), " ",
          postButton(card, moment.post_id, open), " ", timeOf(moment.at),
          moment.official ? el("span", { class: "aside", t: `official.${moment.official}` }) : null),
        reference ? words("p", reference.text) : null);
    })));
}

/** Earlier posts that carried the same pictures. */
export function pictures(card, open) {
  const looked = card.media.filter((picture) => picture.checked);
  if (looked.length === 0) return null;
  const earlier = looked.flatMap((picture) => picture.earlier);
  if (earlier.length === 0) return section("card.media", {}, el("p", { t: "card.media.new" }));
  return section("card.media.earlier", {},
    el("ul", { class: "members" }, ...earlier.map((one) =>
      el("li", { "data-post": one.post_id }, postButton(card, one.post_id, open), " ", timeOf(one.at)))));
}

export function notes(card) {
  if (card.notes.length === 0) return null;
  return section("card.notes", {}, ...card.notes.map((note) => words("blockquote", note.text)));
}

export function demand(card, open) {
  if (card.demand.length === 0) return null;
  return section("card.demand", {},
    el("ul", { class: "facts" }, ...card.demand.map((one) =>
      el("li", { "data-post": one.evidence[0] },
        el("span", { t: `demand.${one.kind}`, params: { n: one.accounts } }),
        " ", postButton(card, one.evidence[0], open)))));
}
