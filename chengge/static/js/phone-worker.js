// The service worker of the phone: pages and their parts from the phone itself where there is no network, and the queue's sending
// when a network comes back while no page is open. What belongs to a member lies in a cache of its own and goes when they sign out.

import { sendAll } from "./phone-queue.js";
import { KEPT, OWN_CACHE, SHELL_CACHE, SYNC_TAG } from "./phone-names.js";

const PAGE_PATIENCE_MS = 6000;

/** @param {{version: string, files: string[], offline: string, home: string, map_worker: {address: string, file: string}}} facts */
export function serve(facts) {
  const shell = SHELL_CACHE + facts.version;
  const own = OWN_CACHE + facts.version;

  addEventListener("install", (event) => event.waitUntil(install(facts, shell)));
  addEventListener("activate", (event) => event.waitUntil(activate([shell, own])));
  addEventListener("message", ({ data }) => {
    if (data === "take-over") skipWaiting();
  });
  addEventListener("sync", (event) => {
    if (event.tag === SYNC_TAG) event.waitUntil(sendInBackground());
  });
  addEventListener("fetch", (event) => {
    const target = new URL(event.request.url);
    if (target.origin !== location.origin) return;
    if (event.request.mode === "navigate") {
      if (target.pathname.startsWith(facts.home)) event.respondWith(page(event.request, target, own, shell, facts));
      return;
    }
    if (event.request.method !== "GET") return;
    if (target.pathname.startsWith("/static/")) event.respondWith(file(event.request, shell));
    else if (target.pathname === facts.map_worker.address) event.respondWith(file(new Request(facts.map_worker.file), shell));
    else if (target.pathname === "/map/config.json") event.respondWith(networkFirst(event.request, own));
    else if (target.pathname.startsWith("/map/")) event.respondWith(ground(event.request, target, own));
    else if (target.pathname.startsWith("/photos/")) event.respondWith(keptFirst(event.request, own));
  });
}

async function install({ files, offline }, shell) {
  const cache = await caches.open(shell);
  await cache.addAll(files.map((path) => new Request(path, { cache: "no-cache" })));
  await cache.add(new Request(offline, { cache: "no-cache" }));
}

async function activate(keep) {
  for (const name of await caches.keys()) {
    if ((name.startsWith(SHELL_CACHE) || name.startsWith(OWN_CACHE)) && !keep.includes(name)) await caches.delete(name);
  }
  await clients.claim();
}

/** Work that could not go is told to the browser by failing: it calls again. */
async function sendInBackground() {
  const { state } = await sendAll();
  if (state === "offline" || state === "later") throw new Error(state);
}

/** A page as the house has it now; where it does not answer in time or at all, as it was kept. */
async function page(request, target, own, shell, { offline }) {
  const kept = request.method === "GET" ? await (await caches.open(own)).match(target.pathname) : undefined;
  const asked = fetch(request);
  try {
    const answer = await (kept ? Promise.race([asked, patience()]) : asked);
    if (!answer.ok && answer.status >= 502 && kept) return kept;
    return answer;
  } catch {
    asked.catch(() => {});
    return kept ?? (await (await caches.open(shell)).match(offline)) ?? Response.error();
  }
}

function patience() {
  return new Promise((_resolve, reject) => setTimeout(() => reject(new Error("slow")), PAGE_PATIENCE_MS));
}

/** A script, style, font or picture: its address carries its version, so what is kept is right. */
async function file(request, shell) {
  const cache = await caches.open(shell);
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}

async function keptFirst(request, own) {
  return (await (await caches.open(own)).match(request)) ?? fetch(request);
}

async function networkFirst(request, own) {
  const cache = await caches.open(own);
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

/** A layer of the map; without a network, the piece of it around the member's own grids. */
async function ground(request, target, own) {
  try {
    return await fetch(request);
  } catch (error) {
    const [, , layer, , part] = target.pathname.replace(/\.geojson$/, "").split("/"); // /map/base/7/ground, /map/grids
    const kept = await (await caches.open(own)).match(KEPT + (part ?? layer));
    if (kept) return kept;
    throw error;
  }
}
