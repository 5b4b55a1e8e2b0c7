// The page put together: language, theme, keyboard, the key, and who tells whom.

import { getJson, onKeyWanted, postPath } from "./api.js";
import { Conversation } from "./conversation.js";
import { byId } from "./dom.js";
import { Feed } from "./feed.js";
import { showTimes } from "./format.js";
import { language, retell, speak } from "./i18n.js";
import { Panel } from "./panel.js";

const TIMES_MS = 20_000;
const STATUS_MS = 15_000;
const RECHECK_MAX = 50;

const root = document.documentElement;
const panel = new Panel();
const opening = {
  openPost: (postId, quotes) => panel.openPost(postId, quotes),
  openCard: (postId) => panel.openCard(postId),
};
const conversation = new Conversation(opening);
const feed = new Feed({ ...opening, onState, onDelete });

function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // storage may be switched off: then it lasts as long as the page
  }
}

function onState(state) {
  byId("state").dataset.state = state;
  retell(byId("state-text"), `state.${state}`);
  if (state === "live") {
    showStatus();
    recheck();
  }
}

function onDelete(postId) {
  conversation.redact(postId);
  panel.redact(postId);
}

/** After a time away: what was deleted meanwhile is taken back too. */
async function recheck() {
  for (const postId of [...conversation.posts].slice(-RECHECK_MAX)) {
    try {
      await getJson(postPath(postId));
    } catch (error) {
      if (error.code === "not_found") onDelete(postId);
    }
  }
}

async function showStatus() {
  try {
    const { posts } = await getJson("/v1/status");
    retell(byId("state-posts"), "state.posts", { n: posts });
  } catch {
    byId("state-posts").textContent = "";
  }
}

function dark() {
  const { theme } = root.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function showTheme() {
  const button = byId("theme");
  button.setAttribute("aria-pressed", String(dark()));
}

function switchTheme() {
  root.dataset.theme = dark() ? "light" : "dark";
  remember("siyaq.theme", root.dataset.theme);
  showTheme();
}

async function switchLanguage() {
  const wanted = language() === "ar" ? "en" : "ar";
  await speak(wanted);
  byId("language").lang = wanted === "ar" ? "en" : "ar";
  remember("siyaq.language", wanted);
}

function show(view) {
  document.body.dataset.view = view;
  for (const button of document.querySelectorAll(".views button")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
}

function onKey(event) {
  const typing = event.target.closest("input, textarea, select, dialog");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    show("ask");
    byId("question").focus();
  }
}

let asking = null; // several requests may want a key at once: one question is enough

function askForKey() {
  asking ??= new Promise((resolve) => {
    const dialog = byId("key");
    const value = byId("key-value");
    let key = null;
    const submit = (event) => {
      event.preventDefault();
      key = value.value.trim() || null;
      dialog.close();
    };
    const cancel = () => dialog.close();
    byId("key-form").addEventListener("submit", submit);
    byId("key-cancel").addEventListener("click", cancel);
    dialog.addEventListener("close", () => {
      byId("key-form").removeEventListener("submit", submit);
      byId("key-cancel").removeEventListener("click", cancel);
      value.value = "";
      asking = null;
      resolve(key);
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

async function start() {
  onKeyWanted(askForKey);
  byId("language").addEventListener("click", switchLanguage);
  byId("theme").addEventListener("click", switchTheme);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showTheme);
  for (const button of document.querySelectorAll(".views button")) {
    button.addEventListener("click", () => show(button.dataset.view));
  }
  document.addEventListener("keydown", onKey);
  try {
    await speak(language());
  } finally {
    root.classList.remove("booting");
  }
  byId("language").lang = language() === "ar" ? "en" : "ar";
  showTheme();
  feed.start();
  setInterval(() => showTimes(document), TIMES_MS);
  setInterval(() => {
    if (!document.hidden && byId("state").dataset.state === "live") showStatus();
  }, STATUS_MS);
}

start();
