// Asking the server. Every failure is an ApiError with a code that the catalogs can name.

import { language } from "./i18n.js";

const KEY = "siyaq.key";
let askToEnter = async () => null;
let entries = 0; // how often somebody was let in

/** A problem document, or the network's silence (code "offline"). */
export class ApiError extends Error {
  constructor({ code, detail = "", hint = "", status = 0 }) {
    super(detail || code);
    this.code = code;
    this.detail = detail;
    this.hint = hint;
    this.status = status;
  }
}

/** Say who lets the reader in when the server wants that: a function to `{key}` or null. */
export function onKeyWanted(ask) {
  askToEnter = ask;
}

/** Fetch a path of this server. Where somebody is needed, the reader signs in or gives a key. */
export async function request(path, options = {}) {
  const before = entries;
  const used = sessionStorage.getItem(KEY);
  const response = await attempt(path, options, used);
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.status !== 401) throw problem;
  if (used !== null && used === sessionStorage.getItem(KEY)) {
    sessionStorage.removeItem(KEY); // it stands no more: there may be a session
  } else if (entries === before && !(await letIn())) throw problem;
  return request(path, options);
}

async function letIn() {
  const entered = await askToEnter();
  if (!entered) return false;
  if (entered.key) sessionStorage.setItem(KEY, entered.key);
  else sessionStorage.removeItem(KEY); // a session is the browser's affair
  entries += 1;
  return true;
}

async function attempt(path, options, key) {
  const headers = { "Accept-Language": language(), ...options.headers };
  if (key) headers.Authorization = `Bearer ${key}`;
  try {
    return await fetch(path, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError({ code: "offline" });
  }
}

async function problemOf(response) {
  try {
    return new ApiError(await response.json());
  } catch {
    return new ApiError({ code: "internal", status: response.status });
  }
}

/** Fetch a path and return its JSON. */
export async function getJson(path, signal) {
  return (await request(path, { signal })).json();
}

/** Send a body as JSON and return what comes back, null where nothing does. */
export async function sendJson(method, path, body) {
  const options = { method, headers: { "Content-Type": "application/json" } };
  if (body !== undefined) options.body = JSON.stringify(body);
  const response = await request(path, options);
  return response.status === 204 ? null : response.json();
}

/** The path of a post, whatever its id holds. */
export function postPath(postId) {
  return `/v1/posts/${encodeURIComponent(postId)}`;
}

/**
 * Ask a question, with the turns before it; the response is a stream of events. `previous` is the
 * id of the answer before, so that asking the same again tells what changed; `filters` say which
 * posts may answer, null for all.
 */
export async function ask({ question, history, previous, filters }, signal) {
  const told = { question, history };
  if (previous) told.previous_response_id = previous;
  if (filters) told.filters = filters;
  try {
    return await request("/v1/ask", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      body: JSON.stringify(told),
      signal,
    });
  } catch (error) {
    if (!previous || error.code !== "not_found") throw error;
    return ask({ question, history, filters }, signal); // it is kept no longer: the history still tells
  }
}
