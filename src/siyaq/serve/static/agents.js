// The page of agents: a task is given on one side, its run is watched on the other. What runs is
// asked for again every second, and only what has changed is drawn again.

import { getJson, request } from "./api.js";
import { announce, byId, el, words } from "./dom.js";
import { startFrame } from "./frame.js";
import { t } from "./i18n.js";
import { runView } from "./agents_run.js";

const LOOK_MS = 1_000;
const CAPS = ["steps", "tokens", "usd", "seconds"];

let drawn = ""; // what the run view shows, so that what stays is not drawn again
let listed = "";
let looking = 0;

function chosen() {
  return decodeURIComponent(location.hash.slice(1));
}

function post(path, told, method = "POST") {
  const options = { method, headers: { "Content-Type": "application/json" } };
  return request(path, { ...options, body: JSON.stringify(told) });
}

function problem(error) {
  return el("div", { class: "notice failed", role: "alert" },
    el("p", { class: "notice-title", t: error.code === "offline" ? "problem.offline" : "agents.problem" }),
    el("p", { class: "notice-detail", dir: "auto" }, [error.detail, error.hint].filter(Boolean).join("; ")));
}

/** Do something to the run that is shown, and show it as it stands then. */
async function act(path, told, method) {
  try {
    const response = await post(`/v1/runs/${encodeURIComponent(chosen())}${path}`, told, method);
    show(await response.json());
    return null;
  } catch (error) {
    announce(error.detail || t("agents.problem"));
    return problem(error);
  }
}

function show(run) {
  const told = JSON.stringify(run);
  if (told === drawn) return;
  const open = new Set([...document.querySelectorAll("#run-told details[open]")].map((one) => one.id));
  if (drawn && JSON.parse(drawn).id === run.id && JSON.parse(drawn).status !== run.status) {
    announce(t(`agents.status.${run.status}`));
  }
  drawn = told;
  const title = byId("run-title");
  delete title.dataset.t;
  title.dir = "auto";
  title.textContent = run.task;
  byId("run-told").replaceChildren(...runView(run, act));
  for (const id of open) byId(id)?.setAttribute("open", "");
}

function item(run) {
  const current = run.id === chosen() ? "page" : null;
  return el("li", {}, el("a", { href: `#${encodeURIComponent(run.id)}`, "aria-current": current },
    words("span", run.task),
    el("span", { class: "status", "data-status": run.status, t: `agents.status.${run.status}` })));
}

/** List the runs: those of every key where an admin has said so. */
async function list() {
  const all = byId("all");
  const wanted = all.checked;
  try {
    const { runs, others } = await getJson(wanted ? "/v1/runs?all=true" : "/v1/runs");
    if (wanted !== all.checked) return; // it was changed meanwhile, and is asked for anew
    byId("every-key").hidden = !others;
    const told = chosen() + JSON.stringify(runs);
    if (told !== listed) byId("runs").replaceChildren(...runs.filter((one) => !one.parent).map(item));
    listed = told;
  } catch (error) {
    if (error.code === "forbidden") all.checked = false; // whoever asks is no admin any more
    throw error;
  }
}

/** Ask how things stand, and again in a while. */
async function look() {
  clearTimeout(looking);
  try {
    await list();
    const writing = document.activeElement?.closest(".edit");
    if (chosen() && !writing) show(await getJson(`/v1/runs/${encodeURIComponent(chosen())}`));
  } catch (error) {
    if (!drawn) byId("run-told").replaceChildren(problem(error));
  }
  looking = setTimeout(look, LOOK_MS);
}

function task() {
  const budget = {};
  for (const kind of CAPS) {
    const { value } = byId(`cap-${kind}`);
    if (value !== "") budget[kind] = Number(value);
  }
  const lines = byId("lines").value.split("\n").filter((line) => line.trim());
  return {
    task: byId("task").value,
    model: byId("model").value.trim(),
    budget,
    allow: byId("allow").value.split(/[\s,،]+/).filter(Boolean),
    plan: lines.map((line) => JSON.parse(line)),
  };
}

async function begin(event) {
  event.preventDefault();
  byId("task-problem").replaceChildren();
  try {
    const run = await (await post("/v1/runs", task())).json();
    byId("task").value = "";
    location.hash = encodeURIComponent(run.id);
    byId("run").focus();
  } catch (error) {
    const told = error instanceof SyntaxError ? { detail: t("agents.not_json") } : error;
    byId("task-problem").replaceChildren(problem(told));
  }
}

async function start() {
  await startFrame();
  byId("task-form").addEventListener("submit", begin);
  byId("all").addEventListener("change", look);
  addEventListener("hashchange", look);
  await look();
}

start();
