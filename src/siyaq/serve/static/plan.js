// The page of plans: levers on one side, what follows from them on the other. The server computes;
// this page asks again whenever a lever has come to rest, and shows what it is told.

import { getJson, request } from "./api.js";
import { announce, byId, el } from "./dom.js";
import { number } from "./format.js";
import { startFrame } from "./frame.js";
import { language, t } from "./i18n.js";
import { bars, tornado } from "./plan_charts.js";

const REST_MS = 250;
const STEPS = 1_000;
const FIRST = "one-million";

const KINDS = ["answers", "cards", "agents", "chats"];
const POWERS = ["grid", "gas", "nuclear", "solar"];

const moved = new Map(); // key of a lever to its value
let box = null;
let told = null;
let asking = null;
let resting = null;

function parameters() {
  const asked = new URLSearchParams({ lang: language() });
  for (const name of ["model", "hardware"]) if (byId(name).value) asked.set(name, byId(name).value);
  for (const [key, value] of moved) asked.append("set", `${key}=${value}`);
  only("asked", "demand", KINDS, asked);
  only("energy", "power", POWERS, asked);
  return asked;
}

function only(select, section, names, asked) {
  const chosen = byId(select).value;
  if (!chosen) return;
  for (const name of names) asked.append("set", `${section}.${name}=${Number(name === chosen)}`);
}

/** Ask for the plan as the levers stand now; an answer that is overtaken is dropped. */
async function update() {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  byId("result").setAttribute("aria-busy", "true");
  const path = `/v1/plan/${encodeURIComponent(byId("scenario").value)}`;
  try {
    told = await getJson(`${path}/told?${parameters()}`, signal);
    show();
  } catch (error) {
    if (error.name === "AbortError") return;
    showProblem(error);
  }
  byId("result").setAttribute("aria-busy", "false");
}

function soon() {
  clearTimeout(resting);
  resting = setTimeout(update, REST_MS);
}

function show() {
  byId("plan-title").textContent = told.title;
  delete byId("plan-title").dataset.t;
  byId("result").dataset.scenario = told.scenario;
  byId("about").textContent = told.about;
  byId("told").replaceChildren(
    ...told.warnings.map((text) => el("p", { class: "warning" }, text)),
    el("ul", { class: "headlines" }, ...told.headlines.map(headline)),
    ...section("plan.checks", list(told.checks)),
    ...section("plan.solved", list(told.solved)),
    ...section("plan.running", told.running.length ? bars(told.running, t("plan.running")) : null),
    ...told.tornado.flatMap((one) => [
      el("h2", {}, one.title),
      legend(),
      tornado(one),
    ]),
    ...told.sections.map(table),
  );
  showLevers();
  announce(told.headlines.map((row) => `${row.label}: ${row.value}`).join(". "));
}

function showProblem(error) {
  byId("told").replaceChildren(
    el("div", { class: "notice failed", role: "alert" },
      el("p", { class: "notice-title", t: error.code === "offline" ? "problem.offline" : "plan.problem" }),
      el("p", { class: "notice-detail", dir: "auto" }, [error.detail, error.hint].filter(Boolean).join("; "))),
  );
}

function headline(row) {
  return el("li", {},
    el("span", { class: "what" }, row.label),
    el("b", {}, row.value),
    el("span", { class: "range" }, row.range));
}

function section(key, drawing) {
  return drawing ? [el("h2", { t: key }), drawing] : [];
}

function list(texts) {
  if (!texts.length) return null;
  return el("ul", { class: "lines" }, ...texts.map((text) => el("li", {}, text)));
}

function legend() {
  const color = (end) => el("i", { class: end, "aria-hidden": "true" });
  return el("ul", { class: "legend" },
    el("li", {}, color("low"), el("span", { t: "plan.at_low" })),
    el("li", {}, color("high"), el("span", { t: "plan.at_high" })));
}

function table({ title, rows }) {
  return el("div", { class: "wide" }, el("table", {},
    el("caption", {}, title),
    el("thead", { class: "quiet-head" }, el("tr", {},
      el("th", { scope: "col", t: "plan.result" }),
      el("th", { scope: "col", t: "plan.value" }),
      el("th", { scope: "col", t: "plan.range" }))),
    el("tbody", {}, ...rows.map((row) => el("tr", {},
      el("th", { scope: "row" }, row.label), el("td", {}, row.value), el("td", {}, row.range))))));
}

// Levers. A slider moves in steps; a lever that moves by factors has its steps on a log scale.

function placeOf({ value, low, high, log }) {
  const share = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.round(STEPS * Math.min(1, Math.max(0, share)));
}

function valueAt({ low, high, log }, place) {
  const share = place / STEPS;
  const value = log ? low * (high / low) ** share : low + (high - low) * share;
  return Number(value.toPrecision(3));
}

function showLevers() {
  const held = document.activeElement?.dataset?.key;
  for (const lever of told.levers) {
    const slider = byId(`lever-${lever.key}`) ?? addLever(lever);
    slider.lever = lever;
    slider.previousElementSibling.textContent = lever.label;
    if (held !== lever.key || !moved.has(lever.key)) slider.value = placeOf(lever);
    tell(slider, lever.told);
  }
}

function addLever(lever) {
  const id = `lever-${lever.key}`;
  const slider = el("input", {
    id, type: "range", min: 0, max: STEPS, step: 1, "data-key": lever.key,
    on: { input: onSlide, change: soon },
  });
  byId("sliders").append(el("p", { class: "lever" },
    el("label", { for: id }, lever.label), slider, el("output", { for: id })));
  return slider;
}

function tell(slider, text) {
  slider.nextElementSibling.textContent = text;
  slider.setAttribute("aria-valuetext", text);
}

function onSlide({ target }) {
  const value = valueAt(target.lever, Number(target.value));
  moved.set(target.lever.key, value);
  tell(target, number(value)); // its unit comes with the plan
  soon();
}

// Choices.

function fillChoices() {
  fill("scenario", box.scenarios.map((one) => [one.name, one.title[language()]]));
  fill("model", [["", t("plan.of_scenario")], ...box.models.map((name) => [name, name])]);
  fill("hardware", [["", t("plan.of_scenario")], ...box.hardware.map((name) => [name, name])]);
  fill("asked", [["", t("plan.of_scenario")], ...KINDS.map((name) => [name, t(`plan.only.${name}`)])]);
  fill("energy", [["", t("plan.of_scenario")], ...POWERS.map((name) => [name, t(`plan.power.${name}`)])]);
}

function fill(id, choices) {
  const select = byId(id);
  const before = select.value;
  select.replaceChildren(...choices.map(([value, text]) => el("option", { value }, text)));
  if (before) select.value = before;
}

function reset() {
  moved.clear();
  for (const id of ["model", "hardware", "asked", "energy"]) byId(id).value = "";
  update();
}

async function keep(event) {
  event.preventDefault();
  const path = `/v1/plan/${encodeURIComponent(byId("scenario").value)}/report?${parameters()}`;
  const response = await request(path);
  const address = URL.createObjectURL(await response.blob());
  const link = el("a", { href: address, download: `siyaq-plan-${byId("scenario").value}.html` });
  link.click();
  URL.revokeObjectURL(address);
}

/** The scenario that the address names, if there is such a one. */
function named() {
  return box.scenarios.find((one) => one.name === location.hash.slice(1))?.name;
}

async function start() {
  await startFrame();
  try {
    box = await getJson("/v1/plan");
  } catch (error) {
    showProblem(error);
    return;
  }
  fillChoices();
  byId("scenario").value = named() ?? FIRST;
  addEventListener("hashchange", () => {
    if (!named()) return;
    byId("scenario").value = named();
    reset();
  });
  byId("scenario").addEventListener("change", () => {
    history.replaceState(null, "", `#${byId("scenario").value}`);
    reset();
  });
  for (const id of ["model", "hardware", "asked", "energy"]) byId(id).addEventListener("change", update);
  byId("levers").addEventListener("submit", (event) => event.preventDefault());
  byId("reset").addEventListener("click", reset);
  byId("report").addEventListener("click", keep);
  document.addEventListener("spoken", () => {
    fillChoices();
    update();
  });
  update();
}

start();
