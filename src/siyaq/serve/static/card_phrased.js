// The points of a card in a model's words, where there is a model and the reader asks for it.
//
// The quotations stay where they are: what the model says stands above them, each sentence with
// the citations that the server has checked, and is gone with the first post that it rests on.

import { getJson, postPath } from "./api.js";
import { el, words } from "./dom.js";
import { modelOf, nameOf } from "./format.js";
import { has, retell } from "./i18n.js";

const QUOTED = "extractive"; // nothing that the model said could be shown
const TICK_MS = 1_000;

/** The control, and where its summary comes; null where no model may phrase this card. */
export function phrasing(card, open) {
  if (!card.phraser) return null;
  const model = modelOf(card.phraser);
  const said = el("p", { class: "phrase-said", role: "status", tabindex: -1 });
  const waited = el("span", { class: "aside", "aria-hidden": "true", hidden: "" });
  const list = el("ol", { class: "phrase-points", hidden: "" });
  const button = el("button", { type: "button", on: { click: () => (running ? running.abort() : run()) } });
  const box = el("div", { class: "phrased" }, el("p", { class: "phrase-ask" }, button, waited), said, list);
  let running = null;

  function offer() {
    retell(button, "card.phrase", { model });
  }

  async function run() {
    running = new AbortController();
    const stop = () => running?.abort();
    open.signal.addEventListener("abort", stop); // the panel shows something else
    const began = Date.now();
    const ticking = setInterval(() =>
      retell(waited, "card.phrasing.seconds", { n: Math.round((Date.now() - began) / 1_000) }), TICK_MS);
    box.setAttribute("aria-busy", "true");
    retell(button, "ask.stop");
    retell(said, "card.phrasing", { model });
    retell(waited, "card.phrasing.seconds", { n: 0 });
    waited.hidden = false;
    try {
      show(await getJson(`${postPath(card.post_id)}/context/phrased`, running.signal));
    } catch (error) {
      fail(error);
    } finally {
      clearInterval(ticking);
      open.signal.removeEventListener("abort", stop);
      running = null;
      waited.hidden = true;
      box.setAttribute("aria-busy", "false");
    }
  }

  function show(phrased) {
    if (phrased.model === QUOTED) {
      offer();
      retell(said, "card.phrased.none", { model });
      return;
    }
    list.replaceChildren(...phrased.points.map((point) => sentence(point, phrased.references, open)));
    list.hidden = false;
    retell(said, "answer.phrased", { model: modelOf(phrased.model) });
    if (button === document.activeElement) said.focus();
    button.parentElement.remove();
  }

  function fail({ name, code }) {
    offer();
    const key = has(`problem.${code}`) ? `problem.${code}` : "problem.internal";
    if (name === "AbortError") retell(said, "card.phrased.stopped");
    else retell(said, "card.phrased.failed", { why: { t: key } });
  }

  offer();
  return box;
}

function sentence({ text, citations }, references, open) {
  const cited = citations.map((citation) =>
    [citation, references.find(({ id }) => id === citation.evidence_id)]).filter(([, found]) => found);
  const exact = citations.some(({ quote }) => quote === text);
  return el("li", { "data-posts": JSON.stringify(cited.map(([, { post_id: postId }]) => postId)) },
    words(exact ? "blockquote" : "p", text),
    el("p", { class: "by" }, ...cited.map(([{ marker, quote }, { author, post_id: postId }]) =>
      el("button", {
        type: "button", class: "marker", t: "cite.marker", label: "cite.open",
        params: { n: marker, who: nameOf(author) },
        on: { click: () => open.openPost(postId, [quote]) },
      }))));
}
