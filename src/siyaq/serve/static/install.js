// The page as an application: it opens when its server is away, and says so.

const WORKER = "/sw.js";
const ALSO = ["/", "/static/strings/en.json", "/static/strings/ar.json"];

/** Keep the files of this page for when the server is away. Where a browser will not, go without. */
export async function startOffline() {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register(address());
    const { active } = await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    const mine = loaded.filter((name) => new URL(name).pathname.startsWith("/static/"));
    navigator.serviceWorker.addEventListener("message", () => {
      document.documentElement.dataset.kept = "yes";
    }, { once: true });
    active.postMessage([...new Set([...mine, ...ALSO.map((path) => new URL(path, location).href)])]);
  } catch {
    // private windows and plain HTTP to other hosts have no workers
  }
}

function address() {
  const rules = { createScriptURL: (path) => (path === WORKER ? path : "") };
  const policy = globalThis.trustedTypes?.createPolicy("siyaq-worker", rules);
  return policy ? policy.createScriptURL(WORKER) : WORKER;
}
