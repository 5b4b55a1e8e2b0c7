// The page put together: keyboard, views, and who tells whom.

import { getJson, postPath } from "./api.js";
import { Conversation } from "./conversation.js";
import { Desk } from "./desk.js";
import { byId } from "./dom.js";
import { Feed } from "./feed.js";
import { showTimes } from "./format.js";
import { startFrame } from "./frame.js";
import { drawHealth } from "./health.js";
import { retell } from "./i18n.js";
import { startOffline } from "./install.js";
import { Panel } from "./panel.js";
import { drawSources } from "./sources.js";
import { drawWatching, startAlerts } from "./watching.js";

const TIMES_MS = 20_000;
const STATUS_MS = 15_000;
const RECHECK_MAX = 50;

const panel = new Panel();
const opening = {
  openPost: (postId, quotes) => panel.openPost(postId, quotes),
  openCard: (postId) => panel.openCard(postId),
};
const conversation = new Conversation({
  ...opening,
  watch: (question, filters) => desk.open("watching", { question, filters }),
});
const desk = new Desk({
  watching: (given) => drawWatching(given, { openAnswer }),
  sources: drawSources,
  health: drawHealth,
});
const feed = new Feed({ ...opening, onState, onDelete });

function onState(state) {
  byId("state").dataset.state = state;
  retell(byId("state-text"), `state.${state}`);
  if (state === "live") {
    byId("state").dispatchEvent(new Event("live"));
    showStatus();
    recheck();
  }
}

async function openAnswer(question, answerId) {
  byId("desk").close();
  show("ask");
  await conversation.open(question, answerId);
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

async function start() {
  for (const button of document.querySelectorAll(".views button")) {
    button.addEventListener("click", () => show(button.dataset.view));
  }
  document.addEventListener("keydown", onKey);
  await startFrame();
  startAlerts();
  feed.start();
  startOffline();
  setInterval(() => showTimes(document), TIMES_MS);
  setInterval(() => {
    if (!document.hidden && byId("state").dataset.state === "live") showStatus();
  }, STATUS_MS);
}

start();
