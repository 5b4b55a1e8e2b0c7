// One run: how it stands, what it waits for, what is left of its purse, its result, its steps.

import { request } from "./api.js";
import { el, words } from "./dom.js";
import { number } from "./format.js";
import { has, t } from "./i18n.js";

const RESTING = new Set(["paused", "waiting", "stopped", "failed"]);
const UNDER_WAY = new Set(["running", "queued", "scheduled"]);
const SHOWN_CHARS = 20_000;

/** Return the parts of a run's view. `act(path, told, method)` does something to it. */
export function runView(run, act) {
  const asks = everyStep(run, run).filter(([, , step]) => step.state === "waiting");
  return [
    standing(run, act),
    ...asks.filter(([, part]) => !run.withheld && !part.withheld).map(([name, , step]) => approval(name, step, act)),
    run.withheld ? el("p", { t: "agents.withheld" }) : null,
    run.withheld || run.result === null ? null : outcome(run.result),
    el("h2", { t: "agents.purse" }),
    purse(run),
    run.children.length ? el("h2", { t: "agents.times" }) : null,
    run.children.length ? el("ul", { class: "runs" }, ...run.children.map(child)) : null,
    run.steps.length ? el("h2", { t: "agents.steps" }) : null,
    stepList(run, run),
    plan(run, act),
  ].filter(Boolean);
}

/** Return [name, part, step] of every call: those of a run within the run after the call that began it. */
function everyStep(run, part, within = "") {
  return part.steps.flatMap((step) => {
    const inner = partOf(run, part, step);
    const name = `${within}${step.id}`;
    return [[name, part, step], ...(inner ? everyStep(run, inner, `${name}~`) : [])];
  });
}

function partOf(run, part, step) {
  return run.subs.find((one) => one.id === `${part.id}~${step.id}`);
}

function stepList(run, part) {
  return el("ol", { class: "steps" }, ...part.steps.map((step) => stepView(run, part, step)));
}

function standing(run, act) {
  const button = (key, path, shown) =>
    shown ? el("button", { type: "button", t: key, on: { click: () => act(path, {}) } }) : null;
  return el("div", { class: "standing" },
    status(run.status),
    run.stopped_by ? stopper(run.stopped_by) : null,
    button("agents.pause", "/pause", UNDER_WAY.has(run.status)),
    button("agents.resume", "/resume", RESTING.has(run.status) && run.plan.length > 0),
    button("agents.cancel", "/cancel", UNDER_WAY.has(run.status) || run.status === "paused" || run.status === "waiting"));
}

/** Say what stopped a run: in the reader's language what siyaq itself has names for. */
function stopper(by) {
  const [, kind, what] = /^(\w+)(?:: (.*))?$/s.exec(by) ?? [];
  const key = `agents.by.${kind === "key" ? `key_${what}` : kind}`;
  return has(key) ? el("span", { class: "by", t: key, params: { what: has(`agents.kind.${what}`) ? { t: `agents.kind.${what}` } : what } }) : words("span", by, "words by");
}

function status(state) {
  return el("span", { class: "status", "data-status": state, t: `agents.status.${state}` });
}

function approval(name, step, act) {
  const decide = (allow) => () => act(`/calls/${encodeURIComponent(name)}`, { allow }, "PUT");
  return el("section", { class: "approve", label: "agents.asks" },
    el("h2", { t: "agents.asks" }),
    el("p", {}, el("b", { dir: "ltr" }, step.tool)),
    pairs(step.arguments),
    words("p", step.problem),
    el("p", { class: "deeds" },
      el("button", { type: "button", class: "primary", t: "agents.allow_it", on: { click: decide(true) } }),
      el("button", { type: "button", t: "agents.refuse_it", on: { click: decide(false) } })));
}

function pairs(told) {
  const rows = Object.entries(told).flatMap(([name, value]) => [
    el("dt", { dir: "ltr" }, name),
    words("dd", typeof value === "string" ? value : JSON.stringify(value)),
  ]);
  return el("dl", { class: "pairs" }, ...rows);
}

/** Show what a run came to: sentences with who said them, or whatever else it is. */
function outcome(result) {
  const cited = Array.isArray(result?.sentences) && Array.isArray(result?.references);
  if (!cited) return el("div", { class: "cited" }, words("p", written(result)));
  const said = result.sentences.length
    ? result.sentences.map((one) => words("p", one.text))
    : [el("p", { t: "agents.nothing" })];
  const who = result.references.map((one) =>
    el("li", {}, words("span", `${one.marker}. ${one.author?.handle ?? one.author?.name ?? ""} `),
      el("bdi", { class: "post-id" }, one.post_id)));
  return el("section", { class: "cited", label: "agents.result" }, ...said, el("ol", {}, ...who));
}

function purse(run) {
  const kinds = Object.keys(run.budget).map((kind) => {
    const [cap, spent, left] = [run.budget[kind], run.usage[kind] ?? 0, run.left[kind]];
    const key = `agents.kind.${kind}`;
    return el("li", {},
      el("span", { class: "what", t: key }),
      el("b", { t: "agents.left", params: { left: rounded(left) } }),
      el("meter", { min: 0, max: cap || 1, value: Math.min(spent, cap || 1), high: 0.75 * (cap || 1), label: key }),
      el("span", { class: "of", t: "agents.spent", params: { spent: rounded(spent), cap: rounded(cap) } }));
  });
  return el("ul", { class: "purse" }, ...kinds);
}

function rounded(amount) {
  return Number(amount.toPrecision(4));
}

function child(run) {
  return el("li", {}, el("a", { href: `#${encodeURIComponent(run.id)}` },
    el("bdi", {}, run.id), status(run.status)));
}

function stepView(run, part, step) {
  const inner = partOf(run, part, step);
  const cost = Object.entries(step.usage).filter(([kind, amount]) => kind !== "steps" && amount);
  return el("li", { class: "step" },
    el("div", { class: "step-head" },
      el("b", { dir: "ltr" }, `${step.id} · ${step.tool}`),
      status(step.state),
      el("span", { class: "cost" }, cost.map(([kind, amount]) => `${number(rounded(amount))} ${t(`agents.kind.${kind}`)}`).join(" · "))),
    Object.keys(step.arguments).length ? pairs(step.arguments) : null,
    step.problem && step.state !== "waiting" && !part.withheld ? words("p", step.problem) : null,
    inner ? stepList(run, inner) : null,
    step.result?.screenshot ? picture(part, step.result.screenshot) : null,
    step.result === null ? null : output(part, step));
}

function output(part, step) {
  const text = written(step.result).slice(0, SHOWN_CHARS);
  return el("details", { id: `output-${part.id}-${step.id}` },
    el("summary", { t: "agents.output" }), words("div", text, "output"));
}

function written(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 1);
}

/** Draw a screenshot. It is fetched as everything else is, with the reader's key. */
function picture(run, path) {
  const canvas = el("canvas", { role: "img", label: "agents.screenshot", width: 16, height: 10 });
  const address = `/v1/runs/${encodeURIComponent(run.id)}/files/${path.split("/").map(encodeURIComponent).join("/")}`;
  request(address)
    .then((response) => response.blob())
    .then(createImageBitmap)
    .then((image) => {
      [canvas.width, canvas.height] = [image.width, image.height];
      canvas.getContext("2d").drawImage(image, 0, 0);
    })
    .catch(() => canvas.remove());
  return canvas;
}

function plan(run, act) {
  const lines = run.plan.map((turn) => JSON.stringify(turn)).join("\n");
  const may = RESTING.has(run.status);
  const text = el("textarea", { dir: "ltr", rows: Math.min(12, run.plan.length + 1), spellcheck: "false", label: "agents.plan", readonly: !may });
  text.value = lines;
  const trouble = el("div");
  const save = async () => {
    try {
      const turns = text.value.split("\n").filter((line) => line.trim()).map((line) => JSON.parse(line));
      text.blur();
      trouble.replaceChildren((await act("/plan", { plan: turns }, "PUT")) ?? "");
    } catch {
      trouble.replaceChildren(el("p", { class: "notice failed", role: "alert", t: "agents.not_json" }));
    }
  };
  return el("details", { class: "edit", id: "plan-of-run" },
    el("summary", { t: "agents.plan" }),
    text,
    may ? el("button", { type: "button", t: "agents.save_plan", on: { click: save } }) : el("p", { class: "about", t: "agents.pause_first" }),
    trouble);
}
