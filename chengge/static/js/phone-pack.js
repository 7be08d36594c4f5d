// What the phone carries: member, catalogue, walks, ground around the own grids. Fetched when there is a network, and kept.

import { KEPT, OWN_CACHE, PACK } from "./phone-names.js";

const ASK_MS = 15_000;
const BEFOREHAND = { "Chengge-Beforehand": "1", Accept: "text/html" };
const version = document.getElementById("phone")?.dataset.version ?? "";

function own() {
  return caches.open(OWN_CACHE + version);
}

/** Caches need https (or this machine); where there are none the phone works as long as there is a network. */
export const canKeep = "caches" in globalThis;

let held = null;
let running = null; // the asking that goes on now
const leaving = new AbortController();

/** The pack as it is kept, or null. */
export async function keptPack() {
  if (!held && canKeep) held = (await (await (await own()).match(PACK))?.json()) ?? null;
  return held;
}

/**
 * Ask for the pack; keep it, its pages, photos and ground. Resolves with {state: fresh | same | offline | signed_out, pack}.
 * What another member left is thrown away first.
 */
export function refreshPack(member) {
  running = refresh(member).finally(() => (running = null));
  return running;
}

async function refresh(member) {
  if (!canKeep || leaving.signal.aborted) return { state: "offline", pack: null };
  const cache = await own();
  const before = await keptPack();
  if (before && before.member.id !== member) {
    await dropOwn();
    return refresh(member);
  }
  let answer;
  try {
    answer = await fetch(PACK, { headers: { Accept: "application/json" }, cache: "no-cache", signal: AbortSignal.timeout(ASK_MS) });
  } catch {
    return { state: "offline", pack: before };
  }
  if (answer.status === 401) return { state: "signed_out", pack: before };
  if (!answer.ok || !(answer.headers.get("Content-Type") ?? "").includes("json")) return { state: "offline", pack: before };
  const pack = await answer.clone().json();
  if (pack.member.id !== member || pack.version !== version) return { state: "same", pack: before };
  const same = before && answer.headers.get("ETag") === (await cache.match(PACK))?.headers.get("ETag");
  if (same && (await cache.match(pack.pages[0]))) return { state: "same", pack };
  await keepAll(cache, pack, answer);
  if (leaving.signal.aborted) return { state: "offline", pack: before };
  await cache.put(PACK, answer);
  held = pack;
  return { state: "fresh", pack };
}

/** The pack comes last: only when all it speaks of is here does the phone believe that it has it. */
async function keepAll(cache, pack, answer) {
  const made = `${answer.headers.get("ETag")} `;
  for (const path of pack.pages) await keepPage(cache, path, made + path);
  await keep(cache, pack.map, pack.map, { Accept: "application/json" });
  for (const [name, path] of Object.entries(pack.ground)) {
    const kept = await cache.match(KEPT + name);
    if (kept?.headers.get("Chengge-From") !== path) await keep(cache, path, KEPT + name, { Accept: "application/json" });
  }
  for (const path of pack.photos) if (!(await cache.match(path))) await keep(cache, path, path, { Accept: "image/*" });
  await dropStale(cache, pack);
}

/** A page as it is under this pack; broken off half way, the next try goes on behind what is here already. */
async function keepPage(cache, path, from) {
  if ((await cache.match(path))?.headers.get("Chengge-From") === from) return;
  const answer = await fetch(path, { headers: BEFOREHAND, signal: leaving.signal });
  // A way round, to the sign-in page for example, is not the page.
  if (answer.ok && !answer.redirected) await put(cache, path, answer, from);
}

async function keep(cache, path, as, headers) {
  const answer = await fetch(path, { headers, signal: leaving.signal });
  if (answer.ok) await put(cache, as, answer, path);
}

async function put(cache, as, answer, from) {
  const marked = new Headers(answer.headers);
  marked.set("Chengge-From", from);
  for (const name of ["Content-Encoding", "Vary"]) marked.delete(name);
  await cache.put(as, new Response(await answer.blob(), { status: 200, headers: marked }));
}

async function dropStale(cache, pack) {
  const wanted = new Set([...pack.pages, ...pack.photos, pack.map, PACK, ...Object.keys(pack.ground).map((name) => KEPT + name)]);
  for (const request of await cache.keys()) if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
}

/** Whatever belongs to the member who was signed in, of every version. Unsent work is not among it. */
export async function forgetOwn() {
  await stopKeeping();
  await dropOwn();
}

/** This page goes: what is still being fetched must not be kept behind the back of whoever cleans up. */
export async function stopKeeping() {
  leaving.abort();
  await running?.catch(() => {});
}

async function dropOwn() {
  held = null;
  if (!canKeep) return;
  for (const name of await caches.keys()) if (name.startsWith(OWN_CACHE)) await caches.delete(name);
}

/** A kept piece of the ground: grids, components, ground or buildings; its features, or none. */
export async function keptGround(name) {
  if (!canKeep) return [];
  return (await (await (await own()).match(KEPT + name))?.json())?.features ?? [];
}
