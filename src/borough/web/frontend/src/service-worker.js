// Keeps the list of visits and what draws it, so that it opens without a connection. No other page is kept.
const CACHE = "borough-1";
const PAGE = "/visits";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(caches.delete(CACHE));
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (address.pathname.startsWith("/static/") || address.pathname === "/theme.css") event.respondWith(fromCache(event.request));
  else if (address.pathname === PAGE && event.request.mode === "navigate") event.respondWith(fromNetwork(event.request));
});

async function fromCache(request) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

async function fromNetwork(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await cache.put(PAGE, answer.clone());
    else await cache.delete(PAGE); // signed out, or no longer permitted
    return answer;
  } catch {
    return (await cache.match(PAGE)) ?? new Response("There is no connection, and the list was not opened before. Try again where there is one.", {status: 503, headers: {"Content-Type": "text/plain; charset=utf-8"}});
  }
}
