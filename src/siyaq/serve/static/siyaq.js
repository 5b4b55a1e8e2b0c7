// <siyaq-context post="source:id">: the context of one post, for any page of this server.
//
// Attribute `post`: the post's id. Events: `siyaq-shown` (detail: the card), `siyaq-failed`
// (detail: the problem's code). It asks GET /v1/posts/{id}/context and nothing else, and sets text
// as text only. One file, no dependency.

const STYLE = `
  :host { display: block; font: 0.9375rem/1.55 system-ui, "Noto Sans Arabic", sans-serif;
    border: 1px solid #8888; border-radius: 0.75rem; padding: 0.875rem 1rem; }
  p { margin: 0; }
  p + p { margin-block-start: 0.375rem; }
  .first { font-weight: 600; }
  .soft { opacity: 0.8; font-size: 0.875em; }
`;

const WORDS = {
  en: {
    first: "First seen {at} by {who}",
    spread: "{n} posts from {accounts} accounts say this",
    alone: "No other post in the record says this",
    unknown: "Some things about it are not known",
    failed: "No context to be had",
    loading: "Loading context",
  },
  ar: {
    first: "أول ظهور {at} لدى {who}",
    spread: "يقول هذا {n} من المنشورات من {accounts} من الحسابات",
    alone: "لا منشور آخر في السجل يقول هذا",
    unknown: "هناك أمور عنه غير معروفة",
    failed: "لا سياق متاح",
    loading: "جارٍ تحميل السياق",
  },
};

class SiyaqContext extends HTMLElement {
  static observedAttributes = ["post"];

  #root = this.attachShadow({ mode: "open" });
  #asking = new AbortController();

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [sheet];
  }

  connectedCallback() {
    this.#load();
  }

  disconnectedCallback() {
    this.#asking.abort();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#load();
  }

  async #load() {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const post = this.getAttribute("post");
    if (!post) return;
    this.#show([this.#line("loading")]);
    try {
      const response = await fetch(`/v1/posts/${encodeURIComponent(post)}/context`, { signal });
      const found = await response.json();
      if (!response.ok) throw Object.assign(new Error(found.title), { code: found.code });
      if (signal.aborted) return;
      this.#show(this.#card(found));
      this.#tell("siyaq-shown", found);
    } catch (error) {
      if (signal.aborted) return;
      this.#show([this.#line("failed")]);
      this.#tell("siyaq-failed", error.code ?? "offline");
    }
  }

  get #language() {
    const lang = this.closest("[lang]")?.lang ?? document.documentElement.lang;
    return lang.toLowerCase().startsWith("ar") ? "ar" : "en";
  }

  #card({ first_seen: first, copies, references, unknown }) {
    const lines = [];
    if (first) {
      const member = copies.members.find((copy) => copy.post_id === first.post_id);
      const reference = references.find((found) => found.post_id === first.post_id);
      const who = member?.handle || reference?.author.handle || first.post_id;
      lines.push(this.#line("first", { at: this.#moment(first.at), who }, "first"));
    }
    const { count, accounts } = copies;
    lines.push(count > 1 ? this.#line("spread", { n: count, accounts }) : this.#line("alone"));
    if (unknown.length) lines.push(this.#line("unknown", {}, "soft"));
    return lines;
  }

  #line(key, params = {}, className = "") {
    const line = document.createElement("p");
    line.className = className;
    line.textContent = WORDS[this.#language][key].replace(/\{(\w+)\}/g, (_, name) => {
      const value = params[name];
      const text = typeof value === "number" ? value.toLocaleString(this.#language) : value;
      return `\u2068${text}\u2069`;
    });
    return line;
  }

  #moment(iso) {
    const options = { dateStyle: "medium", timeStyle: "short" };
    return new Intl.DateTimeFormat(this.#language, options).format(new Date(iso));
  }

  #show(lines) {
    this.#root.replaceChildren(...lines);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("siyaq-context", SiyaqContext);
