// Numbers, moments and links, as the reader's language writes them.

const STEPS = [
  [60, "second", 1],
  [3_600, "minute", 60],
  [86_400, "hour", 3_600],
  [7 * 86_400, "day", 86_400],
];

const MAX_ID_CHARS = 16;
const OPAQUE = /^(?:did:|\d+$)/; // an id that tells a reader nothing

const formats = new Map();

function format(name, make) {
  const locale = document.documentElement.lang || "en";
  const key = `${locale} ${name}`;
  if (!formats.has(key)) formats.set(key, make(locale));
  return formats.get(key);
}

/** Write a number. */
export function number(value) {
  return format("number", (locale) => new Intl.NumberFormat(locale)).format(value);
}

/** Write a moment in the reader's own time zone; this year's without its year. */
export function moment(iso) {
  return dates(new Date(iso)).format(new Date(iso)).replaceAll(" ", "\u00a0");
}

/** Write a moment to the second. */
export function instant(iso) {
  const options = { day: "numeric", month: "short", hour: "numeric", minute: "2-digit", second: "2-digit" };
  const make = (locale) => new Intl.DateTimeFormat(locale, options);
  return format("instant", make).format(new Date(iso)).replaceAll(" ", "\u00a0");
}

/** Write a stretch of time, saying what both ends share only once. */
export function stretch([since, until]) {
  return dates(new Date(since)).formatRange(new Date(since), new Date(until));
}

function dates(date) {
  const options = { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" };
  const thisYear = date.getFullYear() === new Date().getFullYear();
  if (!thisYear) options.year = "numeric";
  const make = (locale) => new Intl.DateTimeFormat(locale, options);
  return format(thisYear ? "moment" : "dated", make);
}

/** Write the time of day. */
export function clock(iso) {
  const make = (locale) => new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  return format("clock", make).format(new Date(iso));
}

/** Write how long ago a moment was; one more than a week ago is written in full. */
export function ago(iso) {
  const seconds = (Date.now() - Date.parse(iso)) / 1_000;
  const options = { numeric: "auto", style: "short" };
  for (const [limit, unit, size] of STEPS) {
    if (Math.abs(seconds) < limit) {
      const make = (locale) => new Intl.RelativeTimeFormat(locale, options);
      return format("ago", make).format(-Math.trunc(seconds / size), unit);
    }
  }
  return moment(iso);
}

/** Make a <time> that says how long ago a moment was, and the moment itself when asked. */
export function timeOf(iso, style = "ago") {
  const node = document.createElement("time");
  node.dateTime = iso;
  node.dataset.style = style;
  showTime(node);
  return node;
}

function showTime(node) {
  const full = moment(node.dateTime);
  const texts = { ago, moment, clock };
  node.textContent = (texts[node.dataset.style] ?? moment)(node.dateTime);
  node.title = full;
}

/** Write every <time> below `root` anew. */
export function showTimes(root) {
  for (const node of root.querySelectorAll("time")) showTime(node);
}

/** Return a URL that people may open: absolute, http or https, no password; else null. */
export function openable(url) {
  try {
    const parsed = new URL(url);
    const web = parsed.protocol === "https:" || parsed.protocol === "http:";
    return web && !parsed.username && !parsed.password ? parsed : null;
  } catch {
    return null;
  }
}

/** Return what a model is called, without where it runs. */
export function modelOf(name) {
  return name.replace(/^(?:gguf|server):/, "");
}

/**
 * Return how an author is called: the name if there is one, else the handle, else the id. Where
 * that is one that nobody reads, it is a text of the catalog, {t: key, …}, as for `handleOf`.
 */
export function nameOf(author) {
  return author.name || author.handle || idOf(author.id);
}

/**
 * Return a post's title and body, each as a part of a text: [text, from, to]. Most articles carry
 * their title as the first line of their text, or begin with it: it is shown once.
 */
export function partsOf({ title = "", text }) {
  const begins = title && text.startsWith(title.replace(/[.… ]+$/, ""));
  const line = text.indexOf("\n");
  if (!begins) return [[title, 0, title.length], [text, 0, text.length]];
  if (line < 0 || line > title.length) return [["", 0, 0], [text, 0, text.length]];
  const body = line + text.slice(line).search(/\S|$/);
  return [[text, 0, line], [text, body, text.length]];
}

/**
 * Return a handle as it is written, or else the name, or what little an id tells. A paper is known by its
 * host, which is no handle of an account: it goes by its name, where that is known.
 */
export function handleOf(handle, id, name = "") {
  if (handle && handle === id && handle.includes(".")) return name || handle;
  return handle && !OPAQUE.test(handle) ? `@${handle}` : name || idOf(id);
}

function idOf(id) {
  if (OPAQUE.test(id)) return { t: "account.unnamed", id: id.slice(-4) };
  return id.length > MAX_ID_CHARS ? `${id.slice(0, 8)}…${id.slice(-4)}` : id;
}
