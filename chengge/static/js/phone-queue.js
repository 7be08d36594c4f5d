// The one way out of the phone: what waits is sent in order, each file and each item exactly once, whatever gets lost on the way.
// Runs in pages and in the service worker; a lock lets only one of them send at a time.

import { MEDIA_ROLES, amend, blobOf, forgetOldSent, nextWaiting } from "./phone-store.js";

const WHO = "/phone/who.json";
const FILES = "/phone/files.json";
const UPLOADS = { photo: "/phone/photos", voice: "/phone/voices" };
const LOCK = "chengge-queue";
const ASK_MS = 15_000;
const ITEM_MS = 30_000;
const FILE_MS = 120_000;
const LATER = new Set([408, 425, 429]);

/** Stop for now: no network, the house is not well, or nobody is signed in. `state` is offline | later | signed_out. */
class Pause extends Error {
  constructor(state, seconds = 0) {
    super(state);
    this.state = state;
    this.seconds = seconds;
  }
}

/** The house says no, for a reason that only a person can mend. */
class Refusal extends Error {
  constructor(said) {
    super(said.message);
    this.said = { code: said.code ?? "", message: said.message ?? "", hint: said.hint ?? "", field: said.field ?? "" };
  }
}

async function ask(path, { method = "GET", body, token, timeout = ASK_MS } = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      body,
      cache: "no-store",
      credentials: "same-origin",
      headers: { Accept: "application/json", ...(token ? { "X-CSRFToken": token } : {}) },
      signal: AbortSignal.timeout(timeout),
    });
  } catch {
    throw new Pause("offline");
  }
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  const said = isJson ? await answer.json().catch(() => null) : null;
  // A login page of some network in between is no answer of ours.
  if (answer.ok && said) return said;
  if (answer.status === 401) throw new Pause("signed_out");
  if (said && answer.status >= 400 && answer.status < 500 && !LATER.has(answer.status)) throw new Refusal(said);
  throw new Pause("later", Number(answer.headers.get("Retry-After")) || 0);
}

/**
 * Send whatever waits. Resolves with {state, member, sent, arrived, seconds}; state is done | offline | later | signed_out | busy.
 */
export function sendAll() {
  return navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock) return { state: "busy", sent: 0, arrived: 0 };
    let sent = 0;
    const progress = { arrived: 0 }; // files and items, also those of an item that got stuck half way
    let member = null;
    try {
      const who = await ask(WHO);
      member = who.member;
      for (;;) {
        const next = await nextWaiting(member);
        if (!next) break;
        if (await sendOne(next, who.token, progress)) sent += 1;
      }
      if (sent) await forgetOldSent();
      return { state: "done", member, sent, ...progress };
    } catch (pause) {
      if (pause instanceof Refusal) return { state: "later", member, sent, ...progress }; // not even who we are was answered
      if (!(pause instanceof Pause)) throw pause;
      return { state: pause.state, member, sent, seconds: pause.seconds, ...progress };
    }
  });
}

async function sendOne(item, token, progress) {
  await amend(item.key, (one) => (one.tries += 1));
  try {
    const files = await sendFiles(item, token, progress);
    const answer = await handIn(item, files, token);
    progress.arrived += 1;
    await amend(item.key, (one) => Object.assign(one, { state: "sent", answer, told: false, refusal: null }));
    return true;
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    await amend(item.key, (one) => Object.assign(one, { state: "refused", refusal: refusal.said, told: false }));
    return false;
  }
}

/** Every file the house does not have yet, one by one; resolves with all of them and their hashes. */
async function sendFiles(item, token, progress) {
  let files = item.files;
  const missing = files.filter(({ sha256 }) => !sha256);
  if (!missing.length) return files;
  const asked = new URLSearchParams(missing.map(({ key }) => ["key", key]));
  const { files: there } = await ask(`${FILES}?${asked}`);
  for (const file of missing) {
    const sha256 = there[file.key] ?? (await upload(file, token));
    files = (await note(item.key, file.key, sha256)).files;
    progress.arrived += 1;
  }
  return files;
}

async function upload(file, token) {
  const blob = await blobOf(file.key);
  if (!blob) throw new Refusal({ code: "file", message: "", field: file.role });
  const media = MEDIA_ROLES[file.role];
  const body = new FormData();
  body.set("key", file.key);
  body.set(media, blob, media === "photo" ? "photo.jpg" : "voice");
  return (await ask(UPLOADS[media], { method: "POST", body, token, timeout: FILE_MS })).sha256;
}

function note(itemKey, fileKey, sha256) {
  return amend(itemKey, (one) => {
    one.files.find(({ key }) => key === fileKey).sha256 = sha256;
  });
}

const TARGETS = {
  report: () => "/phone/report/",
  disposal: () => "/phone/report/",
  verify: ({ task }) => `/phone/tasks/${task}/`,
  check: ({ task }) => `/phone/tasks/${task}/`,
  survey: () => "/phone/survey/",
};

async function handIn(item, files, token) {
  const body = new FormData();
  body.set("key", item.key);
  for (const [name, value] of Object.entries(item.fields)) if (name !== "task" && value !== "") body.set(name, value);
  for (const { role, sha256 } of files) body.append(role, sha256);
  try {
    return await ask(TARGETS[item.kind](item.fields), { method: "POST", body, token, timeout: ITEM_MS });
  } catch (refusal) {
    // The house forgets photos that nobody asked for within some days: hand them in anew when the item goes next.
    if (refusal instanceof Refusal && refusal.said.code === "photo") await amend(item.key, (one) => one.files.forEach((file) => (file.sha256 = "")));
    throw refusal;
  }
}
