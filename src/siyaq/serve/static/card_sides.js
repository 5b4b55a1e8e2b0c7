// Who disputes what a post says and who agrees, in a line each: what a reader asks first.

import { asks, who } from "./card_parts.js";
import { called, el } from "./dom.js";

const SIDES = ["refutes", "supports"];
const NOBODY = { refutes: "undisputed", supports: "alone" }; // what a side is told as that is empty

/** The two sides of a card, before the evidence; null where nothing is claimed or reviewed. */
export function sides(card) {
  if (card.status !== "shown") return null;
  const rows = SIDES.map((side) => line(card, side)).filter((row) => row !== null);
  return rows.length === 0 ? null : el("dl", { class: "stances" }, ...rows);
}

function line(card, side) {
  const asked = asks(card);
  const found = evidence(card, side);
  if (found.length === 0 && card.claims.length === 0) return null;
  const told = `${asked ? "card.asked" : "card.claims"}.${found.length ? side : NOBODY[side]}`;
  return el("div", { class: found.length ? side : "" },
    el("dt", { t: `stance.${asked ? "asked." : ""}${side}` }),
    el("dd", {}, el("span", { t: told, params: { n: found.length } }),
      ...(found.length ? [" · ", name(card, found[0])] : [])));
}

function name(card, { post_id: postId, fact_check: check }) {
  return called(check?.publisher || who(card, postId), { dir: "auto" });
}

/** What counts for a side: claim by claim the earliest first, then published reviews. */
function evidence(card, side) {
  const known = new Map(card.references.map((one) => [one.id, one]));
  const counted = ({ stance, fact_check: check }) => stance === side && (side === "refutes" || check);
  const ids = [...card.claims.flatMap((claim) => claim[side]),
    ...card.references.filter(counted).map(({ id }) => id)];
  return [...new Set(ids)].map((id) => known.get(id)).filter(Boolean);
}
