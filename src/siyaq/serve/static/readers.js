// What readers say of a post: they rate its card and each other's notes, and propose notes.
//
// A reader is a name that this browser has made up and keeps; it is sent with what they say and
// shown to nobody. How ratings become a verdict of many is the server's to know.

import { getJson, postPath, request } from "./api.js";
import { section } from "./card_parts.js";
import { el, words } from "./dom.js";
import { has, retell } from "./i18n.js";

const READER = "siyaq.reader";
const OWN = "siyaq.notes"; // the ids of this reader's own notes, which they cannot rate
const OWN_AT_MOST = 100;
const NOTE_CHARS = 2_000; // what the server takes
const HELPFUL = ["helpful", "somewhat_helpful", "not_helpful"];
const MISLEADING = "misinformed_or_potentially_misleading";
const TAGS = [
  "factual_error", "missing_important_context", "outdated_information", "disputed_claim_as_fact",
  "manipulated_media", "misinterpreted_satire", "other",
];

/** The section of a card where readers speak; null for a text that no post of ours holds. */
export function readers(card) {
  if (!card.post_id) return null;
  const path = postPath(card.post_id);
  const notes = el("ul", { class: "readers-notes" });
  const listed = el("details", {},
    el("summary", { t: "readers.notes" }), notes);
  listed.addEventListener("toggle", () => listed.open && list(notes, path));
  const proposal = el("details", {}, el("summary", { t: "readers.propose" }));
  proposal.append(form(path, () => listed.open && list(notes, path)));
  const made = section("readers.title", {},
    rating("readers.card", `${path}/context/ratings`),
    listed, proposal);
  made.classList.add("readers");
  return made;
}

/** Three buttons, of which one can be pressed, and a line that says how it went. */
function rating(question, path) {
  const said = el("p", { class: "readers-said", role: "status" });
  const buttons = HELPFUL.map((helpful) => el("button", {
    type: "button", "aria-pressed": "false", t: `readers.${helpful}`,
    on: { click: (event) => rate(event.currentTarget, helpful) },
  }));
  async function rate(pressed, helpful) {
    try {
      await send(path, { rater: reader(), helpful });
      for (const one of buttons) one.setAttribute("aria-pressed", String(one === pressed));
      retell(said, "readers.rated");
    } catch (error) {
      retell(said, problem(error));
    }
  }
  return el("div", { class: "readers-rating" },
    el("p", { t: question }),
    el("div", { role: "group", class: "readers-buttons", label: question }, ...buttons),
    said);
}

async function list(place, path) {
  try {
    const { notes } = await getJson(`${path}/notes`);
    place.replaceChildren(...notes.map(noteOf));
    if (notes.length === 0) place.append(el("li", { t: "readers.none" }));
  } catch (error) {
    place.replaceChildren(el("li", { t: problem(error) }));
  }
}

function noteOf(note) {
  const own = ownNotes().includes(note.id);
  return el("li", {},
    words("blockquote", note.text),
    el("p", { class: "aside", t: `readers.status.${note.score.status}`,
      params: { n: note.score.ratings } }),
    own ? el("p", { class: "aside", t: "readers.own" })
      : rating("readers.note", `/v1/notes/${encodeURIComponent(note.id)}/ratings`));
}

function form(path, proposed) {
  const text = el("textarea", {
    rows: 3, maxlength: NOTE_CHARS, required: true, dir: "auto", "aria-describedby": "readers-hint",
  });
  const tags = el("fieldset", {}, el("legend", { t: "readers.why" }),
    ...TAGS.map((tag) => choice("checkbox", "tag", tag, `readers.tag.${tag}`)));
  const kinds = el("fieldset", {}, el("legend", { t: "readers.kind" }),
    choice("radio", "kind", MISLEADING, "readers.kind.misleading"),
    choice("radio", "kind", "not_misleading", "readers.kind.fine"));
  const said = el("p", { class: "readers-said", role: "status" });
  const made = el("form", { class: "readers-form" },
    el("label", {}, el("span", { t: "readers.text" }), text),
    el("p", { class: "aside", id: "readers-hint", t: "readers.hint" }),
    kinds, tags,
    choice("checkbox", "sources", "yes", "readers.sources"),
    el("button", { type: "submit", class: "primary", t: "readers.send" }),
    said);
  kinds.querySelector("input").defaultChecked = true; // after a reset too
  kinds.addEventListener("change", () => {
    tags.disabled = tags.hidden = made.elements.kind.value !== MISLEADING;
  });
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = made.querySelector("[type=submit]");
    button.disabled = true; // one press, one note
    try {
      const given = new FormData(made);
      const response = await send(`${path}/notes`, {
        text: text.value,
        author: reader(),
        classification: given.get("kind"),
        misleading_tags: given.getAll("tag"),
        trustworthy_sources: given.has("sources"),
      });
      keepOwn((await response.json()).id);
      made.reset();
      tags.disabled = tags.hidden = false;
      retell(said, "readers.sent");
      proposed();
    } catch (error) {
      retell(said, problem(error));
    } finally {
      button.disabled = false;
      button.focus();
    }
  });
  return made;
}

function choice(type, name, value, key) {
  return el("label", { class: "readers-choice" },
    el("input", { type, name, value }), el("span", { t: key }));
}

function send(path, body) {
  return request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

function problem({ code }) {
  const key = `problem.${code}`;
  return has(key) ? key : "problem.internal";
}

/** The name under which this browser's reader speaks. */
function reader() {
  const kept = stored(READER);
  if (kept) return kept;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const name = `browser-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  store(READER, name);
  return name;
}

function ownNotes() {
  return (stored(OWN) ?? "").split(" ");
}

function keepOwn(id) {
  store(OWN, [...ownNotes(), id].slice(-OWN_AT_MOST).join(" ").trim());
}

function stored(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage is forbidden here: every visit is a new reader
  }
}

function store(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // as above
  }
}
