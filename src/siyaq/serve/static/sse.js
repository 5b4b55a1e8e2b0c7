// Server-sent events over fetch, which, unlike EventSource, can POST and carry a key.

import { ApiError, request } from "./api.js";

const MAX_WAIT_MS = 30_000;
const SILENCE_MS = 45_000; // the server comments every 15 seconds: three missed, the line is dead

/** Read a response to its end and yield {name, data} for every event in it. */
export async function* eventsOf(response, onSign = () => {}) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(cutOff);
      if (done) return;
      onSign();
      buffer += value;
      const blocks = buffer.split("\n\n");
      buffer = blocks.pop();
      for (const block of blocks) {
        const event = parsed(block);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // already broken: nothing left to cancel
  }
}

function cutOff(error) {
  throw error.name === "AbortError" ? error : new ApiError({ code: "offline" });
}

function parsed(block) {
  let name = "message";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
  }
  return data ? { name, data: JSON.parse(data) } : null;
}

/**
 * Follow a stream for ever, reconnecting with growing, jittered waits, until `signal` aborts.
 * `onState` is told "connecting", "live" or "offline".
 */
export async function follow(path, { signal, onEvent, onState }) {
  let wait = 500;
  while (!signal.aborted) {
    onState("connecting");
    try {
      await once(path, signal, onEvent, () => {
        wait = 500;
        onState("live");
      });
    } catch (error) {
      if (signal.aborted) return;
      if (error.status && error.status < 500 && error.status !== 408) {
        onState("offline");
        throw error; // asking again the same way will not help
      }
    }
    if (signal.aborted) return;
    onState("offline");
    await pause(wait * (0.5 + Math.random()), signal);
    wait = Math.min(wait * 2, MAX_WAIT_MS);
  }
}

async function once(path, signal, onEvent, onOpen) {
  const broken = new AbortController();
  const stop = () => broken.abort();
  signal.addEventListener("abort", stop);
  let watch = setTimeout(stop, SILENCE_MS);
  try {
    const response = await request(path, {
      headers: { Accept: "text/event-stream" },
      signal: broken.signal,
    });
    onOpen();
    const onSign = () => {
      clearTimeout(watch);
      watch = setTimeout(stop, SILENCE_MS);
    };
    for await (const event of eventsOf(response, onSign)) handled(onEvent, event);
  } finally {
    clearTimeout(watch);
    signal.removeEventListener("abort", stop);
    broken.abort();
  }
}

/** A fault in showing one event must be seen, and must not end the stream. */
function handled(onEvent, event) {
  try {
    onEvent(event);
  } catch (error) {
    reportError(error);
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
    window.addEventListener("online", resolve, { once: true });
  });
}
