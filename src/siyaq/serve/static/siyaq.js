// <siyaq-context post="source:id">: the context of one post, on any page.
//
//   <script type="module" src="https://SERVER/siyaq.js"></script>
//   <siyaq-context post="bluesky:at://…" key="PUBLISHABLE KEY"></siyaq-context>
//
// Attributes, all but the first optional:
//   post    the post's id                 key    a publishable key, where the server asks for one
//   server  the server's origin; left out, the one this file came from
//   lang    "en" or "ar"; left out, that of the page around it
//   theme   "light", "dark" or "auto"
// Events, which bubble: `siyaq-shown` and `siyaq-phrased` (detail: the card) and `siyaq-failed`
// (detail: a problem's code). Colors and fonts are custom properties, --siyaq-…, below; every part has a `part` name.
//
// It asks GET /v1/posts/{id}/context, and …/context/phrased when a reader wants a summary and the
// server has a model that the key may use; it sends no cookie, and sets text as text only.
// Its height is the same before and after loading: what is long opens when the reader asks.

const STYLE = `
  :host { display: block; box-sizing: border-box; min-block-size: 18rem; color-scheme: light dark;
    container-type: inline-size; text-align: start;
    font: var(--siyaq-font, 0.9375rem/1.5 system-ui, "Segoe UI", "Noto Sans", "Noto Sans Arabic", sans-serif);
    color: var(--siyaq-ink, light-dark(#17211f, #e9efec));
    background: var(--siyaq-paper, light-dark(#ffffff, #171f24));
    border: 1px solid var(--siyaq-line, light-dark(#c9d2cb, #35424a));
    border-radius: var(--siyaq-radius, 0.75rem); padding: 0.875rem 1rem; }
  :host([hidden]) { display: none; }
  :host([theme="light"]) { color-scheme: light; } :host([theme="dark"]) { color-scheme: dark; }
  * { box-sizing: border-box; margin: 0; padding: 0; }
  article { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.625rem; }
  header { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
  h2 { font-size: 1em; font-weight: 650; }
  dl { display: grid; gap: 0.375rem; }
  dl > div { display: grid; grid-template-columns: minmax(5.5rem, 22%) minmax(0, 1fr); gap: 0.75rem;
    align-items: baseline; }
  dt, .soft { color: var(--siyaq-soft, light-dark(#4c5a56, #a5b4b1)); font-size: 0.875em; }
  .row { min-block-size: 1.5em; } .who, .spread > span { min-inline-size: 0; }
  .row, .who, .spread > span, summary, .phrase { overflow: hidden; text-overflow: ellipsis; }
  .row, summary, .phrase { white-space: nowrap; }
  .refutes { color: var(--siyaq-red, light-dark(#a3271f, #ff9d90)); }
  .supports { color: var(--siyaq-green, light-dark(#17693a, #6fd592)); }
  .first, .spread { display: flex; align-items: baseline; gap: 0.375rem; }
  svg { inline-size: 7rem; block-size: 1.25rem; } .first > span, svg { flex: none; }
  rect { fill: var(--siyaq-accent, light-dark(#0f5b57, #6fd0c4)); }
  :host([dir="rtl"]) svg, article[dir="rtl"] svg { transform: scaleX(-1); }
  details { border-block-start: 1px solid var(--siyaq-line, light-dark(#dbe1da, #2a353b)); }
  summary { cursor: pointer; padding-block: 0.5rem 0; font-size: 0.875em; border-radius: 0.25rem; }
  ul { list-style: none; display: grid; gap: 0.75rem; padding-block-start: 0.75rem; }
  li { border-inline-start: 3px solid currentColor; padding-inline-start: 0.75rem; }
  .mentions { color: var(--siyaq-line, light-dark(#87938b, #6b7a82)); }
  li > * { color: var(--siyaq-ink, light-dark(#17211f, #e9efec)); }
  .refutes .side { color: var(--siyaq-red, light-dark(#a3271f, #ff9d90)); }
  .supports .side { color: var(--siyaq-green, light-dark(#17693a, #6fd592)); }
  li .side { font-weight: 650; font-size: 0.875em; }
  blockquote { overflow-wrap: anywhere; white-space: pre-line; }
  .phrased { display: grid; gap: 0.5rem; }
  .phrased:not([aria-busy]) { position: absolute; } /* nothing was asked: it takes no room */
  [role="status"]:focus { outline: none; }
  .foot { position: relative; } /* so that a button more makes no card higher */
  .phrase { position: absolute; inset: 0.3125rem 0 auto auto; max-inline-size: 60%; }
  .phrase:dir(rtl) { inset-inline: auto 0; }
  button { font: inherit; font-size: 0.875em; color: var(--siyaq-accent, light-dark(#0f5b57, #6fd0c4)); background: none;
    border: 1px solid currentColor; border-radius: 0.5rem; padding: 0 0.5rem; cursor: pointer; }
  .cites button { border-color: transparent; padding: 0 0.25rem; }
  ol { list-style: none; display: grid; gap: 0.5rem; }
  a { color: var(--siyaq-accent, light-dark(#0f5b57, #6fd0c4)); }
  :focus-visible { outline: 2px solid var(--siyaq-accent, light-dark(#0f5b57, #6fd0c4)); outline-offset: 2px; }
  .bone { block-size: 0.9em; border-radius: 0.4em; background: currentColor; opacity: 0.12; }
  .said { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
  @media (prefers-reduced-motion: no-preference) { .bone { animation: wait 1.2s ease-in-out infinite alternate; } }
  @keyframes wait { to { opacity: 0.05; } }
  @container (max-width: 30rem) { /* its lines may take two, and room for that is kept from the start */
    article { display: flex; flex-direction: column; min-block-size: 26rem; }
    dl { flex: auto; align-content: space-between; }
    .row:not(.bone, .spread) { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2;
      white-space: normal; overflow-wrap: anywhere; }
    .row.first { -webkit-line-clamp: 3; } .handle { word-break: break-all; }
    .spread, .spread svg { display: block; } .spread svg { inline-size: 100%; }
    .phrase { position: static; margin-block-start: 0.5rem; max-inline-size: 100%; }
  }
  @container (max-width: 22rem) { dl > div { grid-template-columns: 4.5rem minmax(0, 1fr); } }
`;

const WORDS = {
  en: {
    title: "Context", loading: "Loading the context of this post", failed: "The context cannot be loaded now.",
    not_found: "This post is not in the record, or was deleted.",
    first: "First seen", own: "this post itself", spread: "Spread", alone: "nobody else says this",
    posts: { one: "{n} post", other: "{n} posts" },
    accounts: { one: "{n} account", other: "{n} accounts" },
    refutes: "Disputed", supports: "Supported", refutes_asked: "Not so", supports_asked: "It is so", turn: "Latest turn", unknown: "Not known", and: "; ",
    none: "by nothing we hold", by: "by {who}", more: { one: "by {who} and {n} more", other: "by {who} and {n} more" },
    evidence: { one: "The post behind this", other: "The {n} posts behind this" },
    side: { refutes: "Disputes it", supports: "Agrees", mentions: "About it" },
    side_asked: { refutes: "Says no", supports: "Says yes", mentions: "About it" },
    check: "Fact-check by {who}: {label}", asof: "As of {at}", open: "Open the post",
    phrase: "Summarize with {model}", stop: "Stop", stopped: "Stopped.", cite: "Citation {n}, {who}",
    phrasing: "{model} is writing. Each sentence is checked before it is shown.",
    phrased: "Phrased by {model}, each sentence checked",
    unphrased: "{model} said nothing that passed the checks. What stands here is the whole card.",
    busy: "Too many summaries are asked for now. Try again later.",
    unsaid: "The summary could not be made. What stands here is the whole card.",
    high: "high confidence", medium: "medium confidence", low: "low confidence",
    not_needed: "It states nothing to be checked, and nobody speaks of it.",
    abstained: "Nothing we hold speaks for it or against it.",
    unnamed: "unnamed account {id}", note: "Readers’ note", first_report: "First report", official: "Official word", dispute: "Dispute",
    correction: "Correction", retraction: "Taken back", fact_check: "Fact-check",
  },
  ar: {
    title: "السياق", loading: "جارٍ تحميل سياق هذا المنشور", failed: "تعذّر تحميل السياق الآن.",
    not_found: "هذا المنشور ليس في السجل، أو أنه حُذف.",
    first: "أول ظهور", own: "هذا المنشور نفسه", spread: "الانتشار", alone: "لا أحد غيره يقول هذا",
    posts: { one: "منشور واحد", two: "منشوران", few: "{n} منشورات", many: "{n} منشورًا", other: "{n} منشور" },
    accounts: { one: "حساب واحد", two: "حسابان", few: "{n} حسابات", many: "{n} حسابًا", other: "{n} حساب" },
    refutes: "ينفيه", supports: "يؤيده", refutes_asked: "ليس كذلك", supports_asked: "هو كذلك", turn: "آخر تحوّل", unknown: "غير معروف", and: "؛ ",
    none: "لا شيء لدينا", by: "{who}",
    more: { one: "{who} وآخر", two: "{who} وآخران", few: "{who} و{n} آخرون", many: "{who} و{n} آخرون", other: "{who} و{n} آخرون" },
    evidence: { one: "المنشور وراء هذا", two: "المنشوران وراء هذا", few: "{n} منشورات وراء هذا", many: "{n} منشورًا وراء هذا", other: "{n} منشور وراء هذا" },
    side: { refutes: "ينفيه", supports: "يوافقه", mentions: "عنه" },
    side_asked: { refutes: "يقول: لا", supports: "يقول: نعم", mentions: "عنه" },
    check: "تدقيق من {who}: {label}", asof: "حتى {at}", open: "فتح المنشور",
    phrase: "لخّص باستخدام {model}", stop: "أوقف", stopped: "أُوقف التلخيص.", cite: "الاستشهاد {n}، {who}",
    phrasing: "يكتب {model}، ويُتحقَّق من كل جملة قبل عرضها.",
    phrased: "صاغه {model}، وكل جملة متحقَّق منها",
    unphrased: "لم يقل {model} شيئًا اجتاز التحقق. ما هنا هو البطاقة كلها.",
    busy: "طلبات التلخيص كثيرة الآن. أعد المحاولة لاحقًا.",
    unsaid: "تعذّر التلخيص. ما هنا هو البطاقة كلها.",
    high: "ثقة عالية", medium: "ثقة متوسطة", low: "ثقة ضعيفة",
    not_needed: "لا يذكر شيئًا يمكن التحقق منه، ولا أحد يتحدث عنه.",
    abstained: "لا شيء لدينا يؤيده أو ينفيه.",
    unnamed: "حساب بلا اسم {id}", note: "ملاحظة القراء", first_report: "أول خبر", official: "كلام رسمي", dispute: "نفي",
    correction: "تصحيح", retraction: "تراجع", fact_check: "تدقيق منشور",
  },
};

const UNKNOWN = {
  en: {
    no_earlier_record: "whether it was said before our record begins", feed_gap: "whether it was said while we were not listening",
    short_text: "whether posts this short are copies at all", more_copies: "how many more copies there are",
    thread_incomplete: "what stands in posts of the conversation that we do not hold",
    not_checked_claims: "whether what it claims is true", not_checked_media: "what its pictures show, and where they come from",
    not_checked_coordination: "whether accounts copied it together",
  },
  ar: {
    no_earlier_record: "هل قيل قبل بداية سجلنا", feed_gap: "هل قيل حين لم نكن نستمع",
    short_text: "هل النسخ منسوخة حقًا، فالنص قصير", more_copies: "كم نسخة أخرى هناك", thread_incomplete: "ما في منشورات المحادثة التي ليست لدينا",
    not_checked_claims: "هل ما يدّعيه صحيح", not_checked_media: "ما تُظهره صوره، ومن أين جاءت",
    not_checked_coordination: "هل نسخته حسابات معًا",
  },
};

const HOME = new URL(import.meta.url).origin;
const CHART = 20; // its height; a bar is 4 wide
let named = 0;

class SiyaqContext extends HTMLElement {
  static observedAttributes = ["post", "server", "key", "lang"];

  #root = this.attachShadow({ mode: "open" });
  #asking = new AbortController();
  #waiting = false;

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [sheet];
  }

  connectedCallback() { this.#soon(); }

  disconnectedCallback() { this.#asking.abort(); }

  attributeChangedCallback(_, before, after) {
    if (this.isConnected && before !== after) this.#soon();
  }

  /** Load once, however many attributes are set in one go. */
  #soon() {
    if (this.#waiting) return;
    this.#waiting = true;
    queueMicrotask(() => {
      this.#waiting = false;
      if (this.isConnected) this.#load();
    });
  }

  async #load() {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const post = this.getAttribute("post");
    if (!post) return;
    this.#show(this.#bones());
    try {
      const found = await this.#fetch(`/v1/posts/${encodeURIComponent(post)}/context`, signal);
      if (signal.aborted) return;
      this.#show(this.#card(found));
      this.#tell("siyaq-shown", found);
    } catch (error) {
      if (signal.aborted) return;
      const said = error.code === "not_found" ? "not_found" : "failed";
      this.#show(this.#frame(this.#el("p", { role: "status" }, this.#say(said))));
      this.#tell("siyaq-failed", error.code ?? "offline");
    }
  }

  async #fetch(path, signal) {
    const key = this.getAttribute("key");
    const headers = key ? { Authorization: `Bearer ${key}` } : {};
    const url = new URL(path, this.getAttribute("server") ?? HOME);
    const response = await fetch(url, { signal, headers, credentials: "omit", referrerPolicy: "origin" });
    const found = await response.json();
    if (!response.ok) throw Object.assign(new Error(found.title), { code: found.code });
    return found;
  }

  get #language() {
    const lang = this.closest("[lang]")?.lang || document.documentElement.lang || navigator.language;
    return lang.toLowerCase().startsWith("ar") ? "ar" : "en";
  }

  #bones() {
    const said = this.#el("p", { class: "said", role: "status" }, this.#say("loading"));
    const rows = Array.from({ length: 5 }, () =>
      this.#el("div", {}, this.#el("dt", { class: "bone" }), this.#el("dd", { class: "row bone" })));
    const frame = this.#frame(said, this.#el("dl", { "aria-hidden": "true" }, ...rows));
    frame.setAttribute("aria-busy", "true");
    return frame;
  }

  #frame(...children) {
    const id = `siyaq-${(named += 1)}`;
    const language = this.#language;
    return this.#el("article",
      { part: "card", lang: language, dir: language === "ar" ? "rtl" : "ltr", "aria-labelledby": id },
      this.#el("header", {}, this.#el("h2", { id, part: "title" }, this.#say("title"))), ...children);
  }

  #card(card) {
    const cited = new Map(card.references.map((one) => [one.id, one]));
    const ids = (side) => [...new Set(card.claims.flatMap((claim) => claim[side]))].filter((id) => cited.has(id));
    const refutes = new Set(ids("refutes"));
    const supports = new Set(ids("supports"));
    for (const { id, stance, fact_check: check } of card.references) {
      if (stance === "refutes") refutes.add(id);
      if (check && stance === "supports") supports.add(id);
    }
    const silent = card.status === "shown" ? null : this.#el("p", {}, this.#say(card.status));
    const asks = card.claims.length > 0 && card.claims.every((claim) => claim.asked);
    const kind = asks ? "_asked" : ""; // whoever only asks is answered, not disputed
    const weighed = () => [
      this.#side("refutes", kind, [...refutes], cited), this.#side("supports", kind, [...supports], cited),
      this.#turn(card, cited),
    ];
    const rows = [this.#first(card), this.#spread(card.copies), ...(silent ? [] : weighed())];
    const frame = this.#frame(silent, this.#el("dl", { part: "facts" }, ...rows),
      ...this.#phrasing(card, this.#quotes(card, `side${kind}`)), this.#unknown(card.unknown));
    const asof = this.#el("span", { class: "soft", part: "as-of" }, this.#say("asof", { at: this.#moment(card.as_of) }));
    frame.querySelector("header").append(asof);
    return frame;
  }

  #row(key, className, ...children) {
    const said = this.#el("dd", { class: `row ${className}` }, ...children);
    said.title = said.textContent; // a narrow card cuts its lines
    return this.#el("div", { part: key }, this.#el("dt", { class: className }, this.#say(key)), said);
  }

  #first({ post_id: own, first_seen: first, copies, references }) {
    if (!first) return null;
    const of = (posts) => posts.find((one) => one.post_id === first.post_id);
    const { author } = of(references) ?? {};
    const member = of(copies.members);
    const handle = member?.handle || author?.handle || "";
    const paper = author && handle === author.id && handle.includes("."); // a host is no handle
    const id = author?.id ?? member?.author_id ?? (/did:\w+:[^/]+/.exec(first.post_id)?.[0] ?? first.post_id);
    const called = handle && !paper ? `@${handle}` : this.#called({ id, handle, name: author?.name });
    const who = first.post_id === own ? this.#say("own") : called;
    return this.#row("first", "first", this.#el("span", {}, this.#time(first.at, "short"), ` · ${this.#say(first.confidence)} · `),
      this.#el("bdi", { class: who.startsWith("@") ? "who handle" : "who" }, who));
  }

  #spread({ count, accounts, histogram }) {
    if (count < 2) return this.#row("spread", "", this.#say("alone"));
    const text = `${this.#count("posts", count)} · ${this.#count("accounts", accounts)}`;
    return this.#row("spread", "spread", histogram.length > 1 ? this.#chart(histogram) : null, this.#el("span", {}, text));
  }

  #chart(bars) {
    const most = Math.max(3, ...bars.map((bar) => bar.n));
    const draw = (name, attributes, ...children) =>
      this.#set(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
    const boxes = bars.map(({ n }, place) => {
      const height = n ? Math.max(2, (n / most) * CHART) : 0.5;
      return draw("rect", { x: place * 4, y: CHART - height, width: 3, height });
    });
    const viewBox = `0 0 ${bars.length * 4} ${CHART}`;
    return draw("svg", { viewBox, preserveAspectRatio: "none", "aria-hidden": "true" }, ...boxes);
  }

  #side(side, kind, ids, cited) {
    const key = `${side}${kind}`;
    if (ids.length === 0) return this.#row(key, "", this.#say("none"));
    const { author, fact_check: check } = cited.get(ids[0]);
    const who = check?.publisher || this.#called(author);
    const words = ids.length > 1 ? this.#count("more", ids.length - 1, { who }) : this.#say("by", { who });
    return this.#row(key, side, words);
  }

  #turn({ timeline }, cited) {
    const last = timeline.findLast((moment) => moment.turning && cited.has(moment.evidence_id));
    if (!last) return null;
    const { author } = cited.get(last.evidence_id);
    const who = `\u2068${this.#called(author)}\u2069`;
    return this.#row("turn", "", `${this.#say(last.turning)} · ${who} · `, this.#time(last.at, "short"));
  }

  /** The evidence, beside it a button that has the server's model phrase it, above it what that says. */
  #phrasing({ post_id: post, phraser }, quotes) {
    if (!phraser) return [quotes];
    const model = phraser.replace(/^(gguf|server):/, "");
    const said = this.#el("p", { class: "soft", role: "status", tabindex: "-1" });
    const button = this.#el("button", { type: "button", class: "phrase", part: "phrase" }, this.#say("phrase", { model }));
    const box = this.#el("div", { class: "phrased", part: "phrased" }, said);
    let asking = null;
    const ask = async () => {
      asking = new AbortController();
      const { signal } = asking;
      box.setAttribute("aria-busy", "true");
      button.textContent = this.#say("stop");
      said.textContent = this.#say("phrasing", { model });
      try {
        const found = await this.#fetch(`/v1/posts/${encodeURIComponent(post)}/context/phrased`,
          AbortSignal.any([signal, this.#asking.signal]));
        if (found.model === "extractive") said.textContent = this.#say("unphrased", { model });
        else this.#summary(found, box, said, button);
      } catch ({ code }) {
        const busy = ["quota_exhausted", "overloaded"].includes(code);
        said.textContent = this.#say(signal.aborted ? "stopped" : busy ? "busy" : "unsaid");
      }
      asking = null;
      button.textContent = this.#say("phrase", { model });
      box.setAttribute("aria-busy", "false");
    };
    button.addEventListener("click", () => (asking ? asking.abort() : ask()));
    return [box, this.#el("div", { class: "foot" }, quotes, button)];
  }

  #summary(card, box, said, button) {
    said.textContent = this.#say("phrased", { model: card.model.replace(/^(gguf|server):/, "") });
    if (this.#root.activeElement === button) said.focus();
    button.remove();
    box.append(this.#el("ol", {}, ...card.points.map(({ text, citations }) =>
      this.#el("li", { class: "mentions" }, this.#el("p", { dir: "auto" }, text),
        this.#el("p", { class: "cites" }, ...citations.map((one) => this.#cite(one, card.references)))))));
    this.#tell("siyaq-phrased", card);
  }

  #cite({ marker: n, evidence_id: id }, references) {
    const { author } = references.find((one) => one.id === id) ?? {};
    const who = author ? this.#called(author) : "";
    const button = this.#el("button", { type: "button", "aria-label": this.#say("cite", { n, who }) }, `[${n.toLocaleString(this.#language)}]`);
    button.addEventListener("click", () => {
      const cited = this.#root.getElementById(`evidence-${n}`);
      if (!cited) return;
      cited.closest("details").open = true;
      cited.focus();
    });
    return button;
  }

  #quotes({ references, notes, first_seen: first }, sides) {
    if (references.length + notes.length === 0) return null;
    return this.#el("details", { part: "evidence" },
      this.#el("summary", {}, references.length ? this.#count("evidence", references.length) : this.#say("note")),
      this.#el("ul", {}, ...notes.map((one) => this.#el("li", { class: "mentions" },
        this.#el("p", { class: "side" }, this.#say("note")), this.#el("blockquote", { dir: "auto" }, one.text))),
      ...references.map((one) => this.#quote(one, one.post_id === first?.post_id ? null : sides))));
  }

  /** One piece of evidence; without `sides` the post that said it first, which takes none. */
  #quote({ marker, text, stance, author, placed_at: at, url, fact_check: check }, sides) {
    const by = this.#el("p", { class: "soft" },
      this.#el("bdi", {}, this.#called(author)), " · ", this.#time(at));
    const link = webAddress(url);
    if (link) by.append(" · ", this.#el("a", { href: link, rel: "noopener noreferrer nofollow", target: "_blank" }, this.#say("open")));
    return this.#el("li", { class: stance, id: `evidence-${marker}`, tabindex: "-1" },
      this.#el("p", { class: "side" }, sides ? WORDS[this.#language][sides][stance] : this.#say("first")),
      this.#el("blockquote", { dir: "auto" }, text),
      check ? this.#el("p", {}, this.#say("check", { who: check.publisher, label: check.label || check.rating })) : null, by);
  }

  #unknown(codes) {
    const known = codes.map((code) => UNKNOWN[this.#language][code]).filter(Boolean);
    if (known.length === 0) return null;
    return this.#el("details", { part: "unknown" },
      this.#el("summary", {}, `${this.#say("unknown")}: ${known.join(this.#say("and"))}`),
      this.#el("ul", {}, ...known.map((what) => this.#el("li", {}, this.#el("p", {}, what)))));
  }

  /** What somebody is called; an id is a name only where people can read it. */
  #called({ name, handle, id }) {
    return name || handle || (/^(?:did:|\d+$)/.test(id) ? this.#say("unnamed", { id: id.slice(-4) }) : id);
  }

  #say(key, params = {}) {
    return filled(WORDS[this.#language][key], params, this.#language);
  }

  #count(key, n, params = {}) {
    const forms = WORDS[this.#language][key];
    const form = forms[new Intl.PluralRules(this.#language).select(n)] ?? forms.other;
    return filled(form, { ...params, n }, this.#language);
  }

  /** Write a moment; a `short` one of today without its date, which the card's own moment tells. */
  #moment(iso, short = "") {
    const at = new Date(iso);
    const options = { hour: "numeric", minute: "2-digit" };
    if (!short || at.toDateString() !== new Date().toDateString()) Object.assign(options, { day: "numeric", month: "short" });
    if (at.getFullYear() !== new Date().getFullYear()) options.year = "numeric";
    return new Intl.DateTimeFormat(this.#language, options).format(at);
  }

  #time(iso, short = "") {
    return this.#el("time", { datetime: iso, title: this.#moment(iso) }, this.#moment(iso, short));
  }

  #el(tag, attributes, ...children) { return this.#set(document.createElement(tag), attributes, children); }

  #set(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) if (value) node.setAttribute(name, value);
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  #show(content) { this.#root.replaceChildren(content); }

  #tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true })); }
}

/** Fill in a text. What is not a number is isolated, so that it cannot turn its sentence around. */
function filled(text, params, language) {
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = params[name];
    return typeof value === "number" ? value.toLocaleString(language) : `\u2068${value}\u2069`;
  });
}

/** Return an address that people may open: absolute, http or https, no password; else "". */
function webAddress(url) {
  try {
    const { protocol, username, password, href } = new URL(url);
    return /^https?:$/.test(protocol) && !username && !password ? href : "";
  } catch {
    return "";
  }
}

if (!customElements.get("siyaq-context")) customElements.define("siyaq-context", SiyaqContext);
