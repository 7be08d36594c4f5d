// What stands around every phone page: the service worker and its updates, the strip that tells of network and unsent work, the
// queue's clock, the pack. No page of the phone sends anything by itself; it hands it over and this sends it.

import { note } from "./notes.js";
import { SYNC_TAG } from "./phone-names.js";
import { canKeep, forgetOwn, refreshPack, stopKeeping } from "./phone-pack.js";
import { sendAll } from "./phone-queue.js";
import { amend, items, onChange } from "./phone-store.js";

const PAUSES_SECONDS = [2, 5, 10, 20, 40, 80, 160, 300];
const BUSY_MS = 1500;

const room = document.getElementById("phone");
export const me = { member: Number(room.dataset.member), name: room.dataset.name };
export const words = JSON.parse(document.getElementById("phone-words").textContent);

export function say(name, ...values) {
  return values.reduce((text, value, i) => text.replace(`%${i + 1}$s`, value).replace("%s", value), words[name] ?? name);
}

// --- State ----------------------------------------------------------------------------------------------------------------------------

// reached: did the house answer when it was last asked; null until it was
const state = { reached: null, signedOut: false, sending: false, leaving: false, unsent: [], failures: 0 };
const watchers = new Set();

/** Call `hear(state)` now and with every change: {online, signedOut, sending, unsent, foreign}. */
export function onState(hear) {
  watchers.add(hear);
  hear(shown());
}

function shown() {
  const mine = state.unsent.filter(({ member }) => member === me.member);
  const online = navigator.onLine && state.reached !== false;
  return { online, signedOut: state.signedOut, sending: state.sending, unsent: mine, foreign: state.unsent.filter(({ member }) => member !== me.member) };
}

async function look() {
  const all = await items();
  state.unsent = all.filter((one) => one.state !== "sent");
  if (!state.leaving) await tellSent(all); // what is told on a page that goes away is read by nobody
  draw();
}

function draw() {
  const now = shown();
  drawStrip(now);
  for (const hear of watchers) hear(now);
}

/** What arrived, or was refused, while nobody looked is told once, on whichever page comes next. */
async function tellSent(all) {
  for (const one of all.filter(({ state: how, told, member }) => !told && member === me.member && (how === "sent" || how === "refused"))) {
    await amend(one.key, (kept) => (kept.told = true));
    if (one.state === "refused") note(words.refused);
    else note(say({ verify: "sent_walk", check: "sent_walk", survey: "sent_survey" }[one.kind] ?? "sent_report", one.answer?.number ?? ""), "success");
  }
}

// --- The strip under the bar, and the badge -------------------------------------------------------------------------------------------

function drawStrip({ online, signedOut, sending, unsent, foreign }) {
  const count = unsent.length;
  const photos = unsent.reduce((sum, { files }) => sum + files.filter(({ role }) => role !== "voice").length, 0);
  const badge = document.getElementById("unsent-badge");
  badge.hidden = !count;
  badge.classList.toggle("phone-badge-refused", unsent.some((one) => one.state === "refused"));
  document.getElementById("unsent-count").textContent = count;
  const strip = document.getElementById("phone-strip");
  const waiting = unsent.filter((one) => one.state === "waiting").length;
  strip.hidden = online && !signedOut && !waiting && !foreign.length;
  strip.dataset.state = signedOut ? "signed-out" : online ? "online" : "offline";
  const how = document.getElementById("strip-state");
  if (signedOut) {
    const link = Object.assign(document.createElement("a"), { href: `/accounts/sign-in?next=${encodeURIComponent(location.pathname)}`, textContent: words.sign_in });
    how.replaceChildren(`${words.signed_out} `, link);
  } else how.textContent = !online ? words.offline : sending ? words.sending : waiting ? words.online_waiting : foreign.length ? foreignWords(foreign) : "";
  const parts = count ? [say("items", count), ...(photos ? [say("photos", photos)] : [])] : [];
  document.getElementById("strip-unsent").textContent = parts.join(" · ");
}

export function foreignWords(foreign) {
  const names = [...new Set(foreign.map(({ name }) => name))];
  return names.map((name) => say("foreign", foreign.filter((one) => one.name === name).length, name)).join(" ");
}

// --- Sending --------------------------------------------------------------------------------------------------------------------------

let timer = 0;

/** Try to send now what waits; further tries follow by themselves, with growing pauses. Resolves with how it went. */
export async function sendNow() {
  clearTimeout(timer);
  state.sending = true;
  draw();
  const went = await sendAll();
  state.sending = false;
  if (went.state !== "busy") {
    state.reached = went.state !== "offline";
    state.signedOut = went.state === "signed_out" || (went.state === "done" && went.member !== me.member);
  }
  // A line that breaks now and then, but carries something each time, is tried again soon.
  const stuck = went.state === "offline" || went.state === "later";
  state.failures = stuck ? (went.arrived ? 1 : state.failures + 1) : 0;
  await look();
  plan(went);
  return went;
}

function plan({ state: went, seconds = 0 }) {
  const waiting = shown().unsent.some((one) => one.state === "waiting");
  if (went === "busy") timer = setTimeout(sendNow, BUSY_MS);
  else if ((went === "offline" || went === "later") && (waiting || went === "offline")) {
    const pause = PAUSES_SECONDS[Math.min(state.failures - 1, PAUSES_SECONDS.length - 1)];
    timer = setTimeout(sendNow, Math.max(pause, seconds) * 1000);
  }
}

/** Hand a draft over: it is in the queue when this resolves, and on its way if there is a network. Answers whether it went at once. */
export async function handOver(draft, patienceMs = 8000) {
  state.leaving = true;
  await draft.hand();
  askForBackground();
  const patience = new Promise((resolve) => setTimeout(resolve, patienceMs, { state: "slow" }));
  const { state: went } = await Promise.race([sendNow(), patience]);
  return went === "done";
}

async function askForBackground() {
  try {
    const registration = await navigator.serviceWorker?.getRegistration(room.dataset.scope);
    await registration?.sync?.register(SYNC_TAG);
  } catch {
    // Not every browser sends in the background; this page does, as long as it is open.
  }
}

addEventListener("online", () => {
  state.failures = 0;
  sendNow().then(carry);
});
addEventListener("offline", draw);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") sendNow();
});
let looking = 0;
onChange(() => {
  clearTimeout(looking);
  looking = setTimeout(look, 50);
});

// --- Pack -----------------------------------------------------------------------------------------------------------------------------

async function carry() {
  if (!state.signedOut && state.reached) await refreshPack(me.member).catch((error) => console.warn("pack:", error));
}

// --- Service worker -------------------------------------------------------------------------------------------------------------------

async function register() {
  if (!("serviceWorker" in navigator)) return;
  const { worker, scope } = room.dataset;
  let registration;
  try {
    registration = await navigator.serviceWorker.register(worker, { scope, type: "module", updateViaCache: "none" });
  } catch (error) {
    console.warn("service worker:", error.message);
    return;
  }
  if (!registration) return; // some private windows promise a worker and give none
  const offer = () => {
    if (registration.waiting && navigator.serviceWorker.controller) offerUpdate(registration.waiting);
  };
  offer();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
}

/** A new version waits until somebody says so: nothing is taken from under a half-filled form. */
function offerUpdate(waiting) {
  const place = document.getElementById("phone-update");
  const load = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: words.update_now });
  load.addEventListener("click", async () => {
    await stopKeeping();
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    waiting.postMessage("take-over");
  });
  const text = document.createElement("span");
  text.textContent = shown().unsent.length ? `${words.update} ${words.update_after}` : words.update;
  place.replaceChildren(text, load);
  place.hidden = false;
}

// --- Signing out, checking in and out -------------------------------------------------------------------------------------------------

/** Ask before something that cannot be taken back. Resolves with whether the person wants it. */
export function sure(text, yes, no) {
  const dialog = document.getElementById("phone-ask");
  document.getElementById("phone-ask-text").textContent = text;
  const [yesButton, noButton] = [document.getElementById("phone-ask-yes"), document.getElementById("phone-ask-no")];
  yesButton.textContent = yes;
  noButton.textContent = no;
  return new Promise((resolve) => {
    const close = (answer) => () => {
      dialog.close();
      resolve(answer);
    };
    yesButton.onclick = close(true);
    noButton.onclick = close(false);
    dialog.oncancel = () => resolve(false);
    dialog.showModal();
    noButton.focus();
  });
}

for (const form of document.querySelectorAll('form[action$="/sign-out"]')) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const count = shown().unsent.length;
    if (count && !(await sure(say("leave", count), words.leave_yes, words.leave_no))) return;
    await forgetOwn();
    form.submit();
  });
}

for (const form of document.querySelectorAll("form[data-needs-network]")) {
  const button = form.querySelector("button");
  const hint = Object.assign(document.createElement("span"), { className: "muted needs-network", textContent: words.needs_network, hidden: true });
  form.after(hint);
  onState(({ online }) => {
    button.disabled = !online;
    hint.hidden = online;
  });
}

// --- Begin ----------------------------------------------------------------------------------------------------------------------------

export const begun = (async () => {
  await look();
  register();
  navigator.storage?.persist?.().catch(() => {});
  await sendNow();
  await carry();
  if (!canKeep) console.warn("This browser keeps nothing for times without a network.");
})();
