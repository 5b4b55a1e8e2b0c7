// The panel at the side: a post with the quoted words marked, or the context card of a post.

import { getJson, postPath } from "./api.js";
import { renderCard } from "./card.js";
import { byId, called, el, marked } from "./dom.js";
import { nameOf, openable, partsOf, timeOf } from "./format.js";
import { has, retell } from "./i18n.js";

const RENEW_AFTER_MS = 100;
const KEPT = [".phrased", ".readers"]; // what a reader asked for or is writing

export class Panel {
  #dialog = byId("panel");
  #body = byId("panel-body");
  #views = []; // the way here: {kind, postId, quotes}
  #loading = new AbortController();
  #renewing = 0; // the timer of a card that is soon made again

  constructor() {
    byId("panel-close").addEventListener("click", () => this.#dialog.close());
    byId("panel-back").addEventListener("click", () => {
      this.#views.pop();
      this.#draw();
    });
    this.#dialog.addEventListener("close", () => {
      this.#loading.abort();
      clearTimeout(this.#renewing);
      this.#views = [];
      this.#body.replaceChildren();
    });
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close(); // beside it
    });
  }

  /** Show a post, with the first place of each quote marked. */
  openPost(postId, quotes = []) {
    this.#open({ kind: "post", postId, quotes });
  }

  /** Show the context card of a post. */
  openCard(postId) {
    this.#open({ kind: "card", postId, quotes: [] });
  }

  /** Take back a post that was deleted while it is shown. */
  redact(postId) {
    const view = this.#views.at(-1);
    if (view?.postId === postId) {
      this.#loading.abort();
      this.#tell("post.deleted");
    } else if (view) {
      const gone = [...this.#body.querySelectorAll("[data-post], [data-posts]")].filter(
        ({ dataset: { post, posts = "[]" } }) => post === postId || JSON.parse(posts).includes(postId));
      for (const node of gone) node.remove();
      if (gone.length === 0 || view.kind !== "card") return;
      clearTimeout(this.#renewing); // an account that goes takes many posts along
      this.#renewing = setTimeout(() => this.#renew(view), RENEW_AFTER_MS);
    }
  }

  /** Count anew what stands on a card that lost a post. What its reader opened or wrote stays. */
  async #renew(view) {
    const { signal } = this.#loading;
    const path = `${postPath(view.postId)}/context`;
    const found = await getJson(path, signal).catch(() => null); // what is deleted is gone already
    if (!found || signal.aborted || this.#views.at(-1) !== view) return;
    const shown = this.#body.firstElementChild;
    const made = renderCard(found, this.#opening(signal));
    const focused = document.activeElement;
    const opened = new Map(foldsOf(shown).map(([key, { open }]) => [key, open]));
    for (const [key, details] of foldsOf(made)) details.open = opened.get(key) ?? details.open;
    for (const part of KEPT) {
      const kept = shown.querySelector(part);
      if (kept) made.querySelector(part)?.replaceWith(kept);
    }
    const { scrollTop } = this.#body;
    this.#body.replaceChildren(made);
    this.#body.scrollTop = scrollTop;
    if (!document.contains(focused)) byId("panel-title").focus({ preventScroll: true });
    else if (made.contains(focused)) focused.focus({ preventScroll: true });
  }

  #opening(signal) {
    return {
      openPost: (postId, quotes) => this.openPost(postId, quotes),
      openCard: (postId) => this.openCard(postId),
      signal,
    };
  }

  #open(view) {
    this.#views.push(view);
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#draw();
  }

  async #draw() {
    const view = this.#views.at(-1);
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    retell(byId("panel-title"), view.kind === "card" ? "panel.card" : "panel.post");
    byId("panel-back").hidden = this.#views.length < 2;
    this.#body.setAttribute("aria-busy", "true");
    this.#body.replaceChildren(skeleton());
    this.#body.scrollTop = 0;
    byId("panel-title").focus();
    const path = postPath(view.postId) + (view.kind === "card" ? "/context" : "");
    try {
      const found = await getJson(path, signal);
      if (signal.aborted) return;
      const open = this.#opening(signal);
      const drawn = view.kind === "card" ? renderCard(found, open) : post(found, view.quotes, open);
      this.#body.replaceChildren(drawn);
    } catch (error) {
      if (signal.aborted) return;
      const key = error.code === "not_found" ? "post.gone" : `problem.${error.code}`;
      this.#tell(has(key) ? key : "problem.internal");
    } finally {
      if (!signal.aborted) this.#body.setAttribute("aria-busy", "false");
    }
  }

  #tell(key) {
    this.#body.setAttribute("aria-busy", "false");
    this.#body.replaceChildren(el("p", { class: "notice", t: key }));
  }
}

/** What opens and closes below `root`, each with the key of what it is called. */
function foldsOf(root) {
  return [...root.querySelectorAll("details")].map((details) => [details.querySelector("summary").dataset.t, details]);
}

function skeleton() {
  const line = () => el("span", { class: "skeleton-line" });
  return el("div", { class: "skeleton" }, el("span", { class: "quiet", t: "panel.loading" }),
    line(), line(), line());
}

function post(found, quotes, open) {
  const [head, body] = partsOf(found);
  const title = head[0] ? marked("h3", head, quotes, "words post-title") : null;
  const text = marked("p", body, quotes, "words panel-text");
  const changed = quotes.length > 0 && ![title, text].some((part) => part?.querySelector("mark"));
  const name = nameOf(found.author);
  const { handle } = found.author;
  const told = handle === name || handle === openable(found.url)?.hostname; // a paper's, below
  return el("article", { class: "panel-post" },
    el("p", { class: "panel-author" },
      called(name, { class: "who" }),
      handle && !told ? el("bdi", { class: "handle", dir: "ltr" }, `@${handle}`) : null),
    title,
    text,
    changed ? el("p", { class: "notice", t: "post.changed" }) : null,
    ...(found.media ?? []).map((item) =>
      el("p", { class: "media", t: `media.${item.type}`, params: { alt: item.alt ?? "" } })),
    el("p", { class: "post-actions" },
      el("button", { type: "button", class: "primary", t: "post.context",
        on: { click: () => open.openCard(found.post_id) } })),
    clocks(found),
    original(found));
}

function clocks(found) {
  const rows = [["clock.title.created", found.created_at], ["clock.title.witnessed", found.witnessed_at]];
  const list = el("dl", { class: "clocks" });
  for (const [key, iso] of rows) {
    if (iso) list.append(el("dt", { t: key }), el("dd", {}, timeOf(iso, "moment")));
  }
  list.append(el("dt", { t: "clock.title.placed" }),
    el("dd", {}, timeOf(found.placed_at, "moment"),
      el("span", { class: "aside", t: `clock.${found.placed_by}` })));
  return list;
}

function original(found) {
  const url = openable(found.url);
  if (!url) return null;
  return el("p", { class: "original" },
    el("span", { t: "post.original" }),
    el("bdi", { class: "host", dir: "ltr" }, url.host),
    el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow",
      class: "button", t: "post.open" }));
}
