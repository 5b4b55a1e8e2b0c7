// The conversation: one box, earlier turns above it, follow-ups that know what was said.

import { Turn } from "./answer.js";
import { ApiError, ask, getJson } from "./api.js";
import { announce, byId } from "./dom.js";
import { Filters } from "./filters.js";
import { retell, t } from "./i18n.js";
import { eventsOf } from "./sse.js";

const HISTORY_TURNS = 6;
const HISTORY_CHARS = 4_000;
const MIN_ABOVE_PX = 12;

export class Conversation {
  #turns = [];
  #running = null;
  #box = byId("question");
  #send = byId("send");
  #list = byId("turns");
  #filters = new Filters();
  #actions;
  #following = true; // scroll along with the answer, until the reader scrolls

  /** `actions`: openPost(postId, quotes), openCard(postId). */
  constructor(actions) {
    this.#actions = { ...actions, retry: (question) => this.ask(question) };
    byId("ask").addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#running) this.#running.abort();
      else this.ask(this.#box.value);
    });
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#box.addEventListener("input", () => this.#fit());
    for (const button of byId("welcome").querySelectorAll("button")) {
      button.addEventListener("click", () => this.ask(button.textContent));
    }
    for (const name of ["wheel", "touchmove", "keydown"]) {
      this.#list.addEventListener(name, () => (this.#following = false), { passive: true });
    }
  }

  /** Ask a question, with the turns so far as its history. */
  async ask(question) {
    const text = question.trim();
    if (!text || this.#running) return;
    const history = this.#history();
    const previous = this.#turns.findLast((turn) => turn.answered)?.answer.id ?? "";
    const filters = this.#filters.chosen;
    const turn = new Turn(text, this.#actions, filters);
    this.#begin(turn);
    try {
      const asked = { question: text, history, previous, filters };
      await this.#read(turn, await ask(asked, this.#running.signal));
    } catch (error) {
      this.#broken(turn, error);
    } finally {
      this.#running = null;
      this.#send.classList.remove("stop");
      retell(this.#send, "ask.send");
    }
  }

  /** Show a kept answer as it stands now; where it is kept no longer, ask its question again. */
  async open(question, answerId) {
    if (this.#running) return;
    try {
      const answer = await getJson(`/v1/answers/${encodeURIComponent(answerId)}`);
      const turn = new Turn(question, this.#actions);
      this.#show(turn);
      turn.take({ name: "answer", data: answer });
      announce(said(answer));
    } catch (error) {
      if (error.code !== "not_found") throw error;
      await this.ask(question);
    }
  }

  /** Take back the words of a deleted post wherever they are shown. */
  redact(postId) {
    if (this.posts.has(postId)) announce(""); // what was said aloud may hold its words
    for (const turn of this.#turns) turn.redact(postId);
  }

  /** Every post whose words are shown. */
  get posts() {
    return new Set(this.#turns.flatMap((turn) => [...turn.posts]));
  }

  #show(turn) {
    byId("welcome").hidden = true;
    this.#turns.push(turn);
    this.#list.append(turn.element);
    this.#following = true;
    this.#follow(turn);
  }

  #begin(turn) {
    this.#show(turn);
    this.#box.value = "";
    this.#fit();
    this.#running = new AbortController();
    this.#send.classList.add("stop");
    retell(this.#send, "ask.stop");
    announce(t("answer.step.searching"));
  }

  async #read(turn, response) {
    for await (const event of eventsOf(response)) {
      turn.take(event);
      this.#follow(turn);
      if (event.name === "status") announce(t(`answer.step.${event.data.step}`));
      if (event.name === "answer") announce(said(event.data));
      if (event.name === "problem") announce(t(`problem.${event.data.code}`));
      if (event.name === "done" || event.name === "problem") return;
    }
    throw new ApiError({ code: "offline" }); // it ended without an end
  }

  #broken(turn, error) {
    if (error.name === "AbortError") {
      turn.stopped();
      announce(t("ask.stopped"));
    } else {
      if (!(error instanceof ApiError)) reportError(error); // a fault of this page: let it be seen
      const problem = error instanceof ApiError ? error : new ApiError({ code: "internal" });
      turn.fail(problem);
      announce(t(`problem.${problem.code}`));
    }
    this.#follow(turn);
  }

  #history() {
    const said = this.#turns.slice(-HISTORY_TURNS).flatMap((turn) => turn.history());
    return said.map(({ role, content }) => ({ role, content: content.slice(0, HISTORY_CHARS) }));
  }

  #key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (!this.#running) this.ask(this.#box.value);
    }
  }

  #fit() {
    this.#box.style.blockSize = "auto";
    this.#box.style.blockSize = `${this.#box.scrollHeight}px`;
  }

  #follow(turn) {
    if (this.#following) this.#list.scrollTop = turn.element.offsetTop - MIN_ABOVE_PX;
  }
}

function said({ status, reason, sentences, short_answer: short }) {
  const parts = [];
  if (status !== "answered") parts.push(t(`answer.${status}`));
  if (reason) parts.push(t(`reason.${reason}`));
  if (short) parts.push(short);
  parts.push(t("answer.ready", { n: sentences.length }));
  return parts.join(" ");
}
