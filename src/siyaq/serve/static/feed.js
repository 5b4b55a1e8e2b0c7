// Live posts: the newest on top, a bounded number of them, still while somebody reads.

import { ApiError, getJson } from "./api.js";
import { byId, called, el, words } from "./dom.js";
import { nameOf, partsOf, timeOf } from "./format.js";
import { retell } from "./i18n.js";
import { follow } from "./sse.js";

const MAX_POSTS = 100;
const MAX_GONE = 1_000;
const FIRST_POSTS = 40;
const TYPING_MS = 300;
const BATCH_MS = 120; // a burst is drawn in a few strokes, not post by post

export class Feed {
  #list = byId("posts");
  #fresh = byId("fresh");
  #empty = byId("live-empty");
  #shown = new Map(); // post id -> its <li>
  #waiting = new Map(); // post id -> post, not shown yet
  #gone = new Set();
  #stopped = false; // by the button
  #read = false; // the pointer or the focus is on the list
  #batch = 0; // the timer of the next stroke
  #abort = new AbortController();
  #actions;

  /** `actions`: openPost(postId), openCard(postId), onState(state), onDelete(postId). */
  constructor(actions) {
    this.#actions = actions;
    byId("pause").addEventListener("click", () => this.#pause());
    this.#fresh.addEventListener("click", () => {
      this.#release();
      this.#list.scrollTop = 0;
    });
    const reading = (is) => () => this.#setRead(is);
    this.#list.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") this.#setRead(true);
    });
    this.#list.addEventListener("pointerleave", reading(false));
    this.#list.addEventListener("focusin", reading(true));
    this.#list.addEventListener("focusout", (event) => {
      if (!this.#list.contains(event.relatedTarget)) this.#setRead(false);
    });
    let typing = 0;
    byId("live-filters").addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => this.start(), TYPING_MS);
    });
    byId("live-filters").addEventListener("submit", (event) => event.preventDefault());
  }

  /** Watch the stream, through the filters as they are now. */
  async start() {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#clear();
    const { signal } = this.#abort;
    const asked = new URLSearchParams({ q: byId("live-text").value.trim() });
    if (byId("live-lang").value) asked.set("lang", byId("live-lang").value);
    const onState = (state) => {
      if (signal.aborted) return;
      this.#actions.onState(state);
      if (state === "live") this.#catchUp(asked, signal);
    };
    const onEvent = (event) => this.#take(event);
    try {
      await follow(`/v1/stream?${asked}`, { signal, onEvent, onState });
    } catch (error) {
      this.#say(error.code === "unauthorized" ? "problem.unauthorized" : "live.offline");
    }
  }

  /** Take a post out, for it was deleted. */
  redact(postId) {
    this.#gone.add(postId);
    if (this.#gone.size > MAX_GONE) this.#gone.delete(this.#gone.values().next().value);
    this.#shown.get(postId)?.remove();
    this.#shown.delete(postId);
    this.#waiting.delete(postId);
    this.#count();
  }

  async #catchUp(asked, signal) {
    const newest = new URLSearchParams(asked);
    newest.set("k", String(FIRST_POSTS));
    try {
      const { hits } = await getJson(`/v1/search?${newest}`, signal);
      const posts = hits.map((hit) => hit.post);
      posts.sort((a, b) => (a.placed_at < b.placed_at ? -1 : 1));
      for (const post of posts) if (!this.#shown.has(post.post_id)) this.#show(post);
      this.#sort();
    } catch (error) {
      if (!(error instanceof ApiError) && !signal.aborted) throw error;
      // without the newest, the stream alone will do
    }
    this.#count();
  }

  #take({ name, data }) {
    if (name === "delete") {
      this.redact(data.post_id);
      this.#actions.onDelete(data.post_id);
    } else if (name === "post") {
      this.#gone.delete(data.post_id); // it is back
      if (this.#shown.has(data.post_id)) this.#show(data); // a new version of what is read now
      else this.#wait(data);
      this.#count();
    }
  }

  get #paused() {
    return this.#stopped || this.#read;
  }

  #wait(post) {
    this.#waiting.set(post.post_id, post);
    if (this.#waiting.size > MAX_POSTS) this.#waiting.delete(this.#waiting.keys().next().value);
    this.#batch ||= setTimeout(() => {
      this.#batch = 0;
      if (!this.#paused) this.#release();
    }, BATCH_MS);
  }

  #show(post) {
    if (this.#gone.has(post.post_id)) return;
    const item = this.#item(post);
    const before = this.#shown.get(post.post_id);
    this.#shown.set(post.post_id, item);
    if (before) before.replaceWith(item);
    else this.#list.prepend(item);
    while (this.#list.childElementCount > MAX_POSTS) {
      const last = this.#list.lastElementChild;
      this.#shown.delete(last.dataset.post);
      last.remove();
    }
  }

  #sort() {
    const items = [...this.#list.children];
    items.sort((a, b) => (a.dataset.at < b.dataset.at ? 1 : -1));
    this.#list.append(...items);
  }

  #item(post) {
    const who = nameOf(post.author);
    const [title, body] = partsOf(post).map(([text, from, to]) => text.slice(from, to));
    const button = (key, action) =>
      el("button", {
        type: "button", class: "context-button", t: key, label: `${key}_of`, params: { who },
        on: { click: action },
      });
    return el("li", { class: "post", "data-post": post.post_id, "data-at": post.placed_at },
      el("p", { class: "by" }, called(who, { class: "who" }), " ", timeOf(post.placed_at),
        " ", el("span", { class: "via" }, el("bdi", {}, post.source))),
      title ? words("p", title, "words post-title") : null,
      words("p", body),
      el("p", { class: "post-actions" },
        button("post.read", () => this.#actions.openPost(post.post_id)),
        button("post.context", () => this.#actions.openCard(post.post_id))));
  }

  #pause() {
    this.#stopped = !this.#stopped;
    const button = byId("pause");
    button.setAttribute("aria-pressed", String(this.#stopped));
    retell(button, this.#stopped ? "live.resume" : "live.pause");
    if (!this.#paused) this.#release();
  }

  #setRead(is) {
    this.#read = is;
    if (!this.#paused) this.#release();
  }

  #release() {
    for (const post of this.#waiting.values()) this.#show(post);
    this.#waiting.clear();
    this.#count();
  }

  #clear() {
    this.#list.replaceChildren();
    this.#shown.clear();
    this.#waiting.clear();
    this.#empty.hidden = true;
    this.#count();
  }

  #count() {
    const waiting = this.#waiting.size;
    this.#fresh.hidden = waiting === 0 || !this.#paused;
    if (waiting) retell(this.#fresh, "live.new", { n: waiting });
    if (this.#shown.size) this.#empty.hidden = true;
    else this.#say("live.empty");
  }

  #say(key) {
    this.#empty.hidden = false;
    retell(this.#empty, key);
  }
}
