// Keeps the page of an hour without a connection, so that it opens again when it was reloaded or closed by mistake.
// What was done is not here: the page keeps it in IndexedDB. The page fills this cache when the hour begins.
const KEPT = "points-offline";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === self.location.origin) {
    event.respondWith(answer(request));
  }
});

// The server first, always: what is kept is for when it cannot be reached.
async function answer(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(KEPT)).match(request, { ignoreSearch: true, ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}
