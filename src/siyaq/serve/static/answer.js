// One turn: a question, and its answer as it arrives. Sentences are quotations of posts, each with
// its author, its time and its citation; what is missing is said as plainly as what is there.

import { actionsOf } from "./answer_actions.js";
import { changesOf } from "./changes.js";
import { covered } from "./covered.js";
import { called, el, words } from "./dom.js";
import { chipsOf } from "./filters.js";
import { nameOf, timeOf } from "./format.js";
import { has } from "./i18n.js";
import { tallyOf } from "./tally.js";

export class Turn {
  /** `actions`: openPost(postId, quotes), openCard(postId), retry(question), watch(question, filters). */
  constructor(question, actions, filters = null) {
    this.question = question;
    this.filters = filters;
    this.answer = null;
    this.#actions = actions;
    this.#head = el("div", { class: "reply-head" });
    this.#sentences = el("ol", { class: "sentences" });
    this.#rest = el("div", { class: "reply-rest" });
    this.#reply = el("div", { class: "reply", "aria-busy": "true" });
    this.#reply.append(this.#head, this.#sentences, this.#rest);
    this.element = el("article", { class: "turn" }, words("h3", question, "asked words"));
    if (filters) this.element.append(el("p", { class: "chips" }, ...chipsOf(filters)));
    this.element.append(this.#reply);
    this.step("searching");
  }

  #actions;
  #head;
  #sentences;
  #rest;
  #reply;
  #evidence = new Map(); // id -> reference
  #shown = new Map(); // node -> ids of the evidence whose words it shows

  /** Take one event of the answer's stream. */
  take({ name, data }) {
    if (name === "status") this.step(data.step);
    else if (name === "evidence") this.#know(data.references);
    else if (name === "sentence") this.#sentences.append(this.#sentence(data));
    else if (name === "answer") this.#finish(data);
    else if (name === "problem") this.fail(data);
  }

  /** Show what is being done. */
  step(step) {
    const key = `answer.step.${step}`;
    this.#head.replaceChildren(
      el("p", { class: "step" }, el("span", { class: "spinner", "aria-hidden": "true" }),
        el("span", { t: has(key) ? key : "answer.step.searching" })),
    );
  }

  /** Show that no answer came: `problem` has a code and perhaps details. */
  fail({ code, detail = "", hint = "" }) {
    const key = has(`problem.${code}`) ? `problem.${code}` : "problem.internal";
    const again = el("button", {
      type: "button", t: "ask.retry", on: { click: () => this.#actions.retry(this.question) },
    });
    const told = [detail, hint].filter(Boolean).join("; ");
    this.#head.replaceChildren(
      el("div", { class: "notice failed" },
        el("p", { class: "notice-title", t: key }),
        told ? el("p", { class: "notice-detail", dir: "ltr", lang: "en" }, told) : null,
        again),
    );
    this.end();
  }

  /** Show that the reader stopped it. */
  stopped() {
    this.#head.replaceChildren(el("p", { class: "step", t: "ask.stopped" }));
    this.end();
  }

  /** Nothing more will come. */
  end() {
    this.#reply.setAttribute("aria-busy", "false");
  }

  /** Whether this turn has ended in a whole answer. */
  get answered() {
    return this.answer !== null;
  }

  /** Every post this turn shows words of. */
  get posts() {
    const before = this.answer?.changed?.short_answer_post_id;
    const cited = [...this.#evidence.values()].map((reference) => reference.post_id);
    return new Set(before ? [...cited, before] : cited);
  }

  /** What this turn adds to the history of the next question. */
  history() {
    if (!this.answered) return [];
    const said = this.answer.sentences.map((sentence) => sentence.text).join(" ");
    return [
      { role: "user", content: this.question },
      { role: "assistant", content: said },
    ];
  }

  /** Take back the words of a post that was deleted. */
  redact(postId) {
    for (const line of this.#reply.querySelectorAll("[data-post]")) {
      if (line.dataset.post === postId) line.remove();
    }
    const gone = new Set();
    for (const [id, reference] of this.#evidence) if (reference.post_id === postId) gone.add(id);
    if (gone.size === 0) return;
    for (const id of gone) this.#evidence.delete(id);
    for (const [node, ids] of this.#shown) {
      if (ids.some((id) => gone.has(id))) {
        node.replaceChildren(el("p", { class: "deleted", t: "post.deleted" }));
      }
    }
    if (this.answer) this.#forget(gone);
  }

  #forget(gone) {
    const stands = ({ citations }) => citations.every(({ evidence_id: id }) => !gone.has(id));
    this.answer.sentences = this.answer.sentences.filter(stands);
    const short = this.#head.querySelector(".short");
    const known = [...this.#evidence.values()].some(({ text }) => text.includes(short?.textContent));
    if (short && !known) short.replaceWith(el("p", { class: "deleted", t: "post.deleted" }));
  }

  #know(references) {
    for (const reference of references) this.#evidence.set(reference.id, reference);
  }

  #sentence({ text, citations }) {
    const first = this.#evidence.get(citations[0].evidence_id);
    const by = el("p", { class: "by" });
    if (first) {
      by.append(called(nameOf(first.author), { class: "who" }), " ", timeOf(first.placed_at));
    }
    for (const citation of citations) by.append(" ", this.#marker(citation));
    if (first && citations.length === 1) by.append(...voicesOf(first));
    if (first) by.append(" ", this.#contextButton(first));
    const exact = citations[0].quote === text;
    const body = words(exact ? "blockquote" : "p", text, exact ? "words quote" : "words");
    return this.#showing(citations.map(({ evidence_id: id }) => id), { class: "sentence" }, body, by);
  }

  #showing(ids, options, ...children) {
    const item = el("li", options, ...children);
    this.#shown.set(item, ids);
    return item;
  }

  #marker({ marker, evidence_id: id, quote }) {
    const reference = this.#evidence.get(id);
    const button = el("button", {
      type: "button",
      class: "marker",
      t: "cite.marker",
      label: "cite.open",
      params: { n: marker, who: reference ? nameOf(reference.author) : "" },
    });
    button.addEventListener("click", () => {
      if (reference) this.#actions.openPost(reference.post_id, quote ? [quote] : []);
    });
    return button;
  }

  #contextButton(reference) {
    return el("button", {
      type: "button",
      class: "context-button",
      t: "post.context",
      label: "post.context_of",
      params: { who: nameOf(reference.author) },
      on: { click: () => this.#actions.openCard(reference.post_id) },
    });
  }

  #finish(answer) {
    this.answer = answer;
    this.#know(answer.references);
    if (this.#sentences.childElementCount === 0) {
      this.#sentences.append(...answer.sentences.map((sentence) => this.#sentence(sentence)));
    }
    this.#head.replaceChildren(...this.#verdict(answer), ...this.#tally(answer));
    this.#rest.replaceChildren(
      ...changesOf(answer),
      ...answer.conflicts.map((conflict) => this.#conflict(conflict)),
      ...this.#evidenceList(answer),
      covered(answer),
      actionsOf(this, this.#actions),
    );
    this.end();
  }

  #tally(answer) {
    const marker = (id) => this.#marker({ ...this.#evidence.get(id), evidence_id: id, quote: "" });
    return tallyOf(answer, marker, this.#actions.openPost);
  }

  #verdict({ counts, status, reason, short_answer: short, sentences }) {
    const nodes = [];
    if (short) {
      const node = words("p", short, "short words");
      if (!/\p{L}/u.test(short)) node.removeAttribute("dir"); // figures begin where the page does
      nodes.push(node);
    }
    if (status !== "answered") {
      nodes.push(
        el("div", { class: `notice ${status}` },
          el("p", { class: "notice-title", t: `answer.${status}` }),
          reason ? el("p", { t: `reason.${reason}` }) : null),
      );
    } else if (!short && !counts) {
      nodes.push(el("p", { class: "step", t: "answer.from", params: { n: sentences.length } }));
    }
    return nodes;
  }

  #conflict({ sides }) {
    const shown = sides.map(({ value, evidence_ids: ids }) => {
      const references = ids.map((id) => this.#evidence.get(id)).filter(Boolean);
      const by = references.map((reference) =>
        el("p", { class: "by" }, called(nameOf(reference.author), { class: "who" }),
          " ", timeOf(reference.placed_at), " ",
          this.#marker({ marker: reference.marker, evidence_id: reference.id, quote: value }),
          ...voicesOf(reference)));
      return this.#showing(ids, {}, el("p", { class: "side" }, words("bdi", value)), ...by);
    });
    return el("section", { class: "conflict" },
      el("h4", { t: "answer.conflict" }),
      el("ul", { class: "sides" }, ...shown));
  }

  #evidenceList({ references }) {
    if (references.length === 0) return [];
    const items = references.map((reference) =>
      this.#showing([reference.id], {},
        el("p", { class: "by" }, called(nameOf(reference.author), { class: "who" }),
          " ", timeOf(reference.placed_at), " ", this.#marker({ marker: reference.marker,
            evidence_id: reference.id, quote: reference.text }), " ", this.#contextButton(reference)),
        words("p", reference.text, "words passage")));
    return [el("details", { class: "evidence" },
      el("summary", { t: "answer.evidence", params: { n: references.length } }),
      el("ol", {}, ...items))];
  }
}

/** Say how many stand behind a passage; nothing where nobody counted. */
function voicesOf({ voices }) {
  if (!voices) return [];
  const { accounts, sources } = voices;
  const alone = accounts === 1 ? { t: "voices.one" } : { t: "voices.together", params: { n: accounts } };
  const told = sources === 1 ? alone : { t: "voices.sources", params: { n: sources } };
  return [" ", el("span", { class: "voices", ...told })];
}
