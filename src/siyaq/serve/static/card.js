// The context card: what a reader should know about a post, in the order they ask for it.

import { gapsOf } from "./covered.js";
import { asks, postButton, section } from "./card_parts.js";
import { phrasing } from "./card_phrased.js";
import { sides } from "./card_sides.js";
import { claims, demand, notes, pictures, timeline } from "./card_story.js";
import { called, el, svg, words } from "./dom.js";
import { handleOf, moment, timeOf } from "./format.js";
import { has } from "./i18n.js";
import { readers } from "./readers.js";

const BAR_WIDTH = 10;
const CHART_HEIGHT = 40;
const SHOWN_CHANGES = 3; // a campaign has dozens, most of them alike
const LOW_CHART = 3; // so that single posts do not look like a peak

/** Draw a card. `open`: openPost(postId, quotes), openCard(postId), signal (aborts when it is left). */
export function renderCard(card, open) {
  const sections = [
    firstSeen(card, open),
    spread(card, open),
    sides(card),
    unknown(card),
    points(card, open),
    ...claims(card, open),
    timeline(card, open),
    demand(card, open),
    pictures(card, open),
    notes(card),
    changed(card, open),
    together(card, open),
    thread(card, open),
    readers(card),
  ];
  return el("article", { class: "card" },
    card.status === "shown" ? null : el("p", { class: "notice", t: `card.${card.status}` }),
    card.reason ? el("p", { class: "notice-detail", t: `card.reason.${card.reason}` }) : null,
    ["corrected", "reversed"].includes(card.change?.kind)
      ? el("p", { class: "notice", t: `card.change.${card.change.kind}` }) : null,
    phrasing(card, open),
    ...sections,
    el("p", { class: "covered", t: "answer.as_of", params: { at: { at: card.as_of } } }));
}

function firstSeen(card, open) {
  const first = card.first_seen;
  if (!first) return null;
  const own = first.post_id === card.post_id;
  const window = first.window;
  return section("card.first", {},
    el("p", { class: "lead" }, timeOf(first.at), " ", postButton(card, first.post_id, open)),
    el("p", { class: own ? "verdict own" : "verdict", t: own ? "card.first.own" : "card.first.other" }),
    el("details", { class: "rests" },
      el("summary", {}, timeOf(first.at, "moment"), " ", el("span", {
        class: "confidence", "data-level": first.confidence, t: `confidence.${first.confidence}`,
      })),
      el("ul", { class: "facts" },
        el("li", { t: `clock.${first.clock}` }),
        window.since && window.until
          ? el("li", { t: "card.window", params: { span: { span: [window.since, window.until] } } })
          : null,
        ...gapsOf(window, "li"))),
    first.earlier_alike
      ? el("p", { class: "claim", "data-post": first.earlier_alike },
        postButton(card, first.earlier_alike, open), " ", el("span", { t: "card.alike" }))
      : null,
    first.earlier_retold
      ? el("p", { class: "claim", "data-post": first.earlier_retold },
        postButton(card, first.earlier_retold, open), " ", el("span", { t: "card.retold.earlier" }))
      : null,
    copiedFrom(card, open),
    ...first.earlier_claims.map((claim) => earlierClaim(card, claim, open)));
}

function earlierClaim(card, { post_id: postId, claimed_at: claimed, witnessed_at: seen }, open) {
  const exact = moment(claimed) === moment(seen); // only seconds tell them apart
  return el("p", { class: "claim", "data-post": postId }, postButton(card, postId, open), " ",
    el("span", { t: "card.claim", params: { claimed: { at: claimed, exact }, seen: { at: seen, exact } } }));
}

function copiedFrom(card, open) {
  if (!card.copied_from) return null;
  return el("p", { class: "copied", "data-post": card.copied_from },
    el("span", { t: "card.copied" }), " ", postButton(card, card.copied_from, open), " ",
    el("span", { class: "aside", t: `copied.${card.copied_how}` }));
}

function spread(card, open) {
  const { count, accounts, histogram, members } = card.copies;
  if (count < 2) {
    return section("card.spread", {}, el("p", { t: "card.alone" }), retold(card, open));
  }
  return section("card.spread", {},
    el("p", { class: "lead counts" },
      el("span", { t: "card.posts", params: { n: count } }),
      " ", el("span", { t: "card.accounts", params: { n: accounts } })),
    histogram.length > 1 ? chart(histogram) : null,
    el("details", {},
      el("summary", { t: "card.members", params: { n: members.length } }),
      el("ol", { class: "members" }, ...members.map((member) =>
        el("li", { "data-post": member.post_id }, postButton(card, member.post_id, open),
          " ", timeOf(member.at, "clock"), " ", el("span", { class: "aside", t: `sameness.${member.sameness}` }))))),
    retold(card, open));
}

/** Posts that likely say it in another language or in other words. */
function retold(card, open) {
  const told = card.copies.retold;
  if (told.length === 0) return null;
  return el("details", {},
    el("summary", { t: "card.retold", params: { n: told.length } }),
    el("ol", { class: "members" }, ...told.map((one) =>
      el("li", { "data-post": one.post_id }, postButton(card, one.post_id, open),
        " ", timeOf(one.at), " ", el("span", { class: "aside", t: `retold.${one.how}` })))));
}

function chart(histogram) {
  const most = Math.max(...histogram.map((bar) => bar.n), LOW_CHART);
  const bars = histogram.map((bar, place) => {
    const height = bar.n === 0 ? 1 : Math.max(4, (bar.n / most) * CHART_HEIGHT);
    return svg("rect", {
      x: place * BAR_WIDTH + 1, y: CHART_HEIGHT - height, width: BAR_WIDTH - 2, height,
      class: bar.n === 0 ? "bar none" : "bar",
    });
  });
  const box = `0 0 ${histogram.length * BAR_WIDTH} ${CHART_HEIGHT}`;
  const drawn = svg("svg", {
    viewBox: box, class: "bars", preserveAspectRatio: "none", "aria-hidden": "true",
  }, ...bars);
  const rows = histogram.map((bar) =>
    el("tr", {}, el("td", {}, timeOf(bar.t, "clock")), el("td", { t: "number", params: { n: bar.n } })));
  return el("figure", { class: "chart" }, drawn,
    el("figcaption", {}, timeOf(histogram[0].t, "clock"), timeOf(histogram.at(-1).t, "clock")),
    el("table", { class: "quiet" },
      el("caption", { t: "card.chart" }),
      el("thead", {}, el("tr", {}, el("th", { scope: "col", t: "card.chart.from" }),
        el("th", { scope: "col", t: "card.chart.posts" }))),
      el("tbody", {}, ...rows)));
}

function changed(card, open) {
  const changes = card.copies.changed.map((change) =>
    el("li", { "data-post": change.post_id }, postButton(card, change.post_id, open),
      el("p", { class: "words", dir: "auto" },
        ...change.removed.flatMap((word) => [el("del", {}, word), " "]),
        ...change.added.flatMap((word) => [el("ins", {}, word), " "]))));
  if (changes.length === 0) return null;
  const rest = changes.slice(SHOWN_CHANGES);
  return section("card.changed", { n: changes.length },
    el("ul", { class: "changes" }, ...changes.slice(0, SHOWN_CHANGES)),
    rest.length === 0 ? null : el("details", {},
      el("summary", { t: "card.changed.more", params: { n: rest.length } }),
      el("ul", { class: "changes" }, ...rest)));
}

function together(card, open) {
  if (card.coordination.length === 0) return null;
  return section("card.together", {},
    el("ul", { class: "facts" }, ...card.coordination.map((one) =>
      el("li", { "data-post": one.evidence[0] },
        ...one.accounts.flatMap((account) => [
          called(handleOf(account.handle, account.author_id), { dir: "auto" }), " "]),
        el("span", { t: `together.${one.kind}`, params: { n: one.times, seconds: one.seconds } }),
        " ", postButton(card, one.evidence[0], open)))));
}

/** What others say, but for what stands under a claim, on its side. */
function points(card, open) {
  const weighed = new Set(card.claims.flatMap(({ refutes, supports }) => [...refutes, ...supports]));
  const said = card.points.filter(({ citations: [{ evidence_id: id }] }) => !weighed.has(id));
  if (said.length === 0) return null;
  return section("card.points", {},
    el("ol", { class: "points" }, ...said.map((point) => {
      const reference = card.references.find(({ id }) => id === point.citations[0].evidence_id);
      if (!reference) return null;
      const { post_id: postId, stance } = reference;
      const by = el("p", { class: "by" },
        stance === "mentions" ? null : el("span", { class: "stance", t: asks(card) ? `stance.asked.${stance}` : `stance.${stance}` }),
        " ", postButton(card, postId, open), " ", timeOf(reference.placed_at));
      return el("li", { class: stance, "data-post": postId }, words("blockquote", point.text), by);
    })));
}

function thread(card, open) {
  if (!card.thread) return null;
  const { posts, missing } = card.thread;
  return section("card.thread", { n: posts.length },
    el("ol", { class: "thread" }, ...posts.map((post) =>
      el("li", { class: post.relation, "data-post": post.post_id },
        el("p", { class: "by" }, el("span", { class: "relation", t: `relation.${post.relation}` }),
          " ", postButton(card, post.post_id, open), " ", timeOf(post.at)),
        words("p", post.text)))),
    missing.length ? el("p", { class: "aside", t: "card.missing", params: { n: missing.length } }) : null);
}

function unknown(card) {
  if (card.unknown.length === 0) return null;
  const named = (code) => (has(`unknown.${code}`) ? `unknown.${code}` : "unknown.other");
  return section("card.unknown", {},
    el("ul", { class: "unknown" }, ...card.unknown.map((code) => el("li", { t: named(code) }))));
}
