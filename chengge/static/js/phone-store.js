// What lies on this phone: drafts and unsent work, their photos and voice notes, positions on the way. IndexedDB, and nothing else
// knows of it. Runs in pages and in the service worker.
//
// An item: {key, member, name, kind, state, order, made_at, changed_at, title, detail, fields, files, tries, refusal, answer, told}
//   kind   report | disposal | verify | check | survey
//   state  draft → waiting → sent, or waiting → refused → waiting …
//   files  [{key, role: photos|after|voice, size, type, sha256}]; sha256 once the house has it. The bytes lie in `blobs`.

const NAME = "chengge-phone";
const VERSION = 1;
const CHANNEL = "chengge-queue";
const KEPT_SENT = 40;
export const MEDIA_ROLES = { photos: "photo", after: "photo", voice: "voice" };

/** No room is left on the phone, and nothing that could go was left to give way. */
export class NoRoom extends Error {}

let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      const base = asked.result;
      base.createObjectStore("items", { keyPath: "key" });
      base.createObjectStore("blobs", { keyPath: "key" }).createIndex("item", "item");
      base.createObjectStore("fixes", { keyPath: "id", autoIncrement: true });
    };
    asked.onsuccess = () => {
      // A newer version of the app wants to change the shape: let go, it opens again.
      asked.result.onversionchange = () => {
        asked.result.close();
        opened = null;
      };
      resolve(asked.result);
    };
    asked.onerror = () => {
      opened = null;
      reject(asked.error);
    };
  });
  return opened;
}

const answerOf = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Run `work(store, …)` in one transaction; settles when it is on the disk, not before. */
async function within(names, mode, work) {
  const base = await database();
  const going = base.transaction(names, mode, { durability: mode === "readwrite" ? "strict" : "default" });
  const done = new Promise((resolve, reject) => {
    going.oncomplete = resolve;
    going.onabort = () => reject(going.error ?? new DOMException("aborted", "AbortError"));
  });
  let result;
  try {
    result = await work(...names.map((name) => going.objectStore(name)));
  } catch (error) {
    if (error?.name !== "QuotaExceededError") {
      done.catch(() => {});
      try {
        going.abort(); // half of it must not stay
      } catch {
        // It has ended by itself.
      }
      throw error;
    }
  }
  await done;
  return result;
}

/** The same, for what needs room: what was sent longest ago gives way first; unsent work never does. */
async function withRoom(names, work) {
  for (;;) {
    try {
      return await within(names, "readwrite", work);
    } catch (error) {
      if (error?.name !== "QuotaExceededError") throw error;
      if (!(await dropOldestSent())) throw new NoRoom();
    }
  }
}

// --- Telling other pages and the service worker ---------------------------------------------------------------------------------------

const channel = new BroadcastChannel(CHANNEL);
const listeners = new Set();
channel.addEventListener("message", () => listeners.forEach((hear) => hear()));

/** Call `hear()` whenever something changed, here, in another page, or in the service worker. */
export function onChange(hear) {
  listeners.add(hear);
}

function changed() {
  channel.postMessage("changed");
  listeners.forEach((hear) => hear());
}

// --- Items ----------------------------------------------------------------------------------------------------------------------------

/** A key that nobody else has: under it the house does a thing once, however often it is sent. */
export function freshKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function items() {
  const found = await within(["items"], "readonly", (store) => answerOf(store.getAll()));
  return found.sort((a, b) => a.made_at - b.made_at);
}

export function item(key) {
  return within(["items"], "readonly", (store) => answerOf(store.get(key)));
}

/** Unsent items of one member: drafts, waiting, refused. */
export async function unsentOf(member) {
  return (await items()).filter((one) => one.member === member && one.state !== "sent");
}

export async function begin(whose, kind, facts = {}) {
  const now = Date.now();
  const begun = {
    key: freshKey(), member: whose.member, name: whose.name, kind, state: "draft", order: 0, made_at: now, changed_at: now,
    title: "", detail: "", fields: {}, files: [], tries: 0, refusal: null, answer: null, told: false, ...facts,
  };
  await withRoom(["items"], (store) => answerOf(store.add(begun)));
  changed();
  return begun;
}

/** Change an item where it lies; `change(item)` answers nothing. Resolves with the item, or null if it is gone. */
export async function amend(key, change) {
  const result = await withRoom(["items"], async (store) => {
    const found = await answerOf(store.get(key));
    if (!found) return null;
    change(found);
    found.changed_at = Date.now();
    await answerOf(store.put(found));
    return found;
  });
  changed();
  return result;
}

/** Into the queue, behind whatever waits already. */
export async function enqueue(key) {
  const result = await within(["items"], "readwrite", async (store) => {
    const all = await answerOf(store.getAll());
    const found = all.find((one) => one.key === key);
    if (!found || found.state === "sent") return found ?? null;
    // What was refused and mended keeps its place.
    found.order ||= Math.max(0, ...all.map((one) => one.order)) + 1;
    Object.assign(found, { state: "waiting", refusal: null, changed_at: Date.now() });
    await answerOf(store.put(found));
    return found;
  });
  changed();
  return result;
}

/** The next to be sent of one member, in the order in which they were handed over. */
export async function nextWaiting(member) {
  const waiting = (await items()).filter((one) => one.member === member && one.state === "waiting");
  return waiting.sort((a, b) => a.order - b.order)[0] ?? null;
}

/** An item that waits, but was never tried, back to a draft. Answers whether it could be. */
export async function takeBack(key) {
  const found = await amend(key, (one) => {
    if (one.state === "refused" || (one.state === "waiting" && one.tries === 0)) one.state = "draft";
  });
  return found?.state === "draft";
}

/** Away for good, with all its files. */
export async function discard(key) {
  await within(["items", "blobs"], "readwrite", async (store, blobs) => {
    store.delete(key);
    for (const one of await answerOf(blobs.index("item").getAllKeys(key))) blobs.delete(one);
  });
  changed();
}

/** Of what was sent only the latest stay, to be looked at. */
export async function forgetOldSent() {
  const sent = (await items()).filter((one) => one.state === "sent").sort((a, b) => b.changed_at - a.changed_at);
  for (const one of sent.slice(KEPT_SENT)) await discard(one.key);
}

async function dropOldestSent() {
  const [oldest] = (await items()).filter((one) => one.state === "sent").sort((a, b) => a.changed_at - b.changed_at);
  if (!oldest) return false;
  await discard(oldest.key);
  return true;
}

// --- Files ----------------------------------------------------------------------------------------------------------------------------

/** Keep a photo or voice note with its item. Raises NoRoom where it cannot be kept. */
export async function addFile(itemKey, role, blob) {
  const file = { key: freshKey(), role, size: blob.size, type: blob.type, sha256: "" };
  await withRoom(["items", "blobs"], async (store, blobs) => {
    const found = await answerOf(store.get(itemKey));
    found.files.push(file);
    found.changed_at = Date.now();
    await Promise.all([answerOf(blobs.put({ key: file.key, item: itemKey, blob })), answerOf(store.put(found))]);
  });
  changed();
  return file;
}

export async function removeFile(itemKey, fileKey) {
  await within(["items", "blobs"], "readwrite", async (store, blobs) => {
    const found = await answerOf(store.get(itemKey));
    if (found) {
      found.files = found.files.filter(({ key }) => key !== fileKey);
      store.put(found);
    }
    blobs.delete(fileKey);
  });
  changed();
}

export async function blobOf(fileKey) {
  return (await within(["blobs"], "readonly", (store) => answerOf(store.get(fileKey))))?.blob ?? null;
}

// --- Positions on the way -------------------------------------------------------------------------------------------------------------

const MOST_FIXES = 20_000;

export function addFix(member, fix) {
  return within(["fixes"], "readwrite", async (store) => {
    if ((await answerOf(store.count())) >= MOST_FIXES) {
      const [oldest] = await answerOf(store.getAllKeys(null, 1));
      store.delete(oldest);
    }
    store.add({ member, fix });
  });
}

export async function fixesOf(member, most) {
  return (await within(["fixes"], "readonly", (store) => answerOf(store.getAll(null, most * 4)))).filter((one) => one.member === member).slice(0, most);
}

export function dropFixes(ids) {
  return within(["fixes"], "readwrite", (store) => ids.forEach((id) => store.delete(id)));
}
