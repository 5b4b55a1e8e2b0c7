// Signing in and out. Who is signed in, and how one can be, is asked of the server each time.

import { byId, el } from "./dom.js";
import { retell, t } from "./i18n.js";

const LEFT = "siyaq.left"; // where the provider is left too, across the load after a sign-out
const WHY = ["refused", "expired", "not_allowed", "closed", "unavailable", "untrusted"];
const NOBODY = { signed_in: null, ways: { password: false, provider: null } };
const PERSON = "M10 10.2a3.4 3.4 0 1 0 0-6.8 3.4 3.4 0 0 0 0 6.8zM3.6 16.8c.6-3 3.1-4.6 6.4-4.6s5.8 1.6 6.4 4.6";

let asking = null; // several requests may want somebody at once: one question is enough

/** Ask the reader to sign in, or for a key: `{key}`, null in it for a session; null for neither. */
export function askToEnter(told = null) {
  asking ??= entered(told).finally(() => {
    asking = null;
    showAccount();
  });
  return asking;
}

/** Show who is signed in, and why a sign-in that ended here came to nothing. */
export function startSigning() {
  byId("account").addEventListener("click", showWho);
  showAccount();
  const address = new URL(location.href);
  const why = address.searchParams.get("sign-in");
  if (!why) return;
  address.searchParams.delete("sign-in");
  history.replaceState(null, "", address);
  if (why === "left" || WHY.includes(why)) askToEnter(why);
}

async function session() {
  try {
    const response = await fetch("/v1/session");
    return response.ok ? await response.json() : NOBODY;
  } catch {
    return NOBODY; // the server is away, which is told elsewhere
  }
}

async function showAccount() {
  const { signed_in: who, ways } = await session();
  const button = byId("account");
  button.hidden = !who && !ways.password && !ways.provider;
  if (button.hidden) return;
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  icon.setAttribute("viewBox", "0 0 20 20");
  icon.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PERSON);
  icon.append(path);
  const name = who
    ? el("span", { class: "account-name", dir: "auto" }, who.name)
    : el("span", { class: "account-name", t: "sign.title" });
  button.replaceChildren(icon, name);
  button.dataset.p = JSON.stringify({ name: who?.name });
  button.dataset.tLabel = who ? "sign.as" : "sign.title";
  button.setAttribute("aria-label", t(button.dataset.tLabel, { name: who?.name }));
}

function open(...parts) {
  const dialog = byId("key");
  dialog.replaceChildren(...parts.filter(Boolean));
  const closed = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  dialog.showModal();
  return closed.then(() => dialog.replaceChildren());
}

async function entered(told) {
  const { ways } = await session();
  const any = ways.password || ways.provider;
  let found = null;
  const enter = (key) => {
    found = { key };
    byId("key").close();
  };
  await open(
    el("h2", { id: "key-title", t: any ? "sign.title" : "key.title" }),
    told ? notice(told, ways) : null,
    ways.provider ? toProvider(ways.provider) : null,
    ways.password ? passwordForm(enter) : null,
    any ? el("details", {}, el("summary", { t: "sign.or_key" }), keyForm(enter)) : keyForm(enter),
    el("p", { class: "key-actions" },
      el("button", { type: "button", id: "key-cancel", t: "key.cancel", on: { click: close } }),
      any ? null : el("button", { type: "submit", form: "key-form", class: "primary", t: "key.save" })),
  );
  return found;
}

function close() {
  byId("key").close();
}

function notice(told, ways) {
  if (told !== "left") return el("p", { class: "notice failed", role: "alert", t: `sign.why.${told}` });
  const there = sessionStorage.getItem(LEFT) ?? "";
  sessionStorage.removeItem(LEFT);
  return el("div", { class: "notice", role: "status" }, el("p", { t: "sign.left" }),
    /^https?:/.test(there) && ways.provider
      ? el("p", {}, el("a", { href: there, t: "sign.leave", params: { name: ways.provider } }))
      : null);
}

function toProvider(name) {
  const href = `/login?next=${encodeURIComponent(location.pathname)}`;
  return el("a", { class: "button primary sign-provider", href, t: "sign.with", params: { name } });
}

function passwordForm(enter) {
  const name = input("sign-name", { autocomplete: "username", dir: "auto", maxlength: 200 });
  const password = input("sign-password", { type: "password", autocomplete: "current-password", dir: "ltr", maxlength: 1000 });
  const problem = el("p", { class: "notice failed", role: "alert", hidden: true });
  const button = el("button", { type: "submit", class: "primary", t: "sign.title" });
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    const told = await signIn(name.value, password.value);
    button.disabled = false;
    if (!told) return enter(null);
    tell(problem, told);
    password.value = "";
    password.focus();
    return undefined;
  };
  return el("form", { id: "sign-form", on: { submit } },
    el("label", { for: "sign-name", t: "sign.name" }), name,
    el("label", { for: "sign-password", t: "sign.password" }), password,
    problem, button);
}

/** Return what to tell where nobody was signed in, "" where somebody was. */
async function signIn(name, password) {
  try {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ name, password });
    const response = await fetch("/v1/session", { method: "POST", headers, body });
    if (!response.ok) return `problem.${(await response.json()).code}`;
  } catch {
    return "problem.offline";
  }
  const kept = (await session()).signed_in !== null; // a browser keeps no session without TLS
  return kept ? "" : "sign.lost";
}

function keyForm(enter) {
  const value = input("key-value", { type: "password", autocomplete: "off", dir: "ltr" });
  const submit = (event) => {
    event.preventDefault();
    enter(value.value.trim());
  };
  return el("form", { id: "key-form", on: { submit } },
    el("p", { t: "key.text" }), el("label", { for: "key-value", t: "key.label" }), value,
    el("button", { type: "submit", class: "key-use", t: "key.save" }));
}

function input(id, attributes) {
  return el("input", { id, required: true, ...attributes });
}

/** Tell who is signed in, and let them out; ask whoever is not to come in. */
async function showWho() {
  const { signed_in: who } = await session();
  if (!who) {
    if (await askToEnter()) location.reload();
    return;
  }
  const role = { t: `sign.role.${who.role}` };
  const problem = el("p", { class: "notice failed", role: "alert", hidden: true });
  const leave = async () => tell(problem, await signOut());
  await open(
    el("h2", { id: "key-title", t: "sign.as", params: { name: who.name } }),
    el("p", { t: "sign.until", params: { role, at: { at: who.until } } }),
    problem,
    el("p", { class: "key-actions" },
      el("button", { type: "button", t: "sign.close", on: { click: close } }),
      el("button", { type: "button", class: "primary", id: "sign-out", t: "sign.out", on: { click: leave } })),
  );
}

/** Return what to tell where nobody was signed out; else go where nothing of what was shown stays. */
async function signOut() {
  let there = null;
  try {
    const response = await fetch("/v1/session", { method: "DELETE" });
    const told = await response.json();
    if (!response.ok) return `problem.${told.code}`;
    there = told.provider_sign_out;
  } catch {
    return "problem.offline";
  }
  if (there) sessionStorage.setItem(LEFT, there);
  location.assign("/?sign-in=left");
  return "";
}

function tell(problem, told) {
  problem.hidden = !told;
  retell(problem, told);
}
