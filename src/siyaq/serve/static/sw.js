// The page without its server: the files of the page, and nothing that anybody wrote.
//
// Files come from the server while it is there, so that nobody works with an old page; the copies
// are for when it is not. Posts, answers and shared pages are never kept: what is deleted must not
// live on here.

const SHELL = "siyaq-shell";
const PAGES = ["/", "/plan", "/siyaq.js"];

function ofTheShell(request) {
  const { origin, pathname } = new URL(request.url);
  return request.method === "GET" && origin === location.origin
    && (PAGES.includes(pathname) || pathname.startsWith("/static/"));
}

async function freshOrKept(request) {
  const shell = await caches.open(SHELL);
  try {
    const response = await fetch(request);
    if (response.ok) await shell.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await shell.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (ofTheShell(event.request)) event.respondWith(freshOrKept(event.request));
});

// A page tells which files it is made of: those that came before this was here are kept too.
self.addEventListener("message", (event) => {
  const wanted = event.data.filter((address) => ofTheShell(new Request(address)));
  event.waitUntil((async () => {
    await (await caches.open(SHELL)).addAll(wanted);
    event.source.postMessage("kept");
  })());
});
