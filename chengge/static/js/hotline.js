// The hotline's desk: looks for calls every second or so, says when one rings, and finds out what is known while the operator types.
import { note, say } from "./notes.js";

const EVERY_MS = 1200;
const UNSEEN_EVERY_MS = 3000; // A call that rings must be noticed in another tab too.
const MOST_PAUSE_MS = 20000;
const calls = document.getElementById("calls");
const form = document.getElementById("call-form");
const nearby = document.getElementById("nearby");
const title = document.title;

// --- Calls ------------------------------------------------------------------------------------------------------------
let failures = 0;
let rings = "";

async function look() {
  const address = new URL(calls.dataset.pulse, window.location.href);
  address.searchParams.set("version", calls.firstElementChild?.dataset.version ?? "");
  address.searchParams.set("open", calls.dataset.open);
  try {
    const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" }, redirect: "manual" });
    if (!answer.ok) throw new Error(String(answer.status));
    failures = 0;
    ring(answer.headers.get("X-Rings") ?? "");
    if (answer.status !== 204) show(await answer.text());
  } catch {
    failures = Math.min(failures + 1, 5);
  }
  document.getElementById("offline").hidden = failures < 2;
  const calm = document.hidden ? UNSEEN_EVERY_MS : EVERY_MS;
  setTimeout(look, Math.min(MOST_PAUSE_MS, calm * 2 ** failures));
}

function show(html) {
  const focused = document.activeElement?.closest?.("#calls a")?.getAttribute("href");
  const fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  calls.replaceChildren(document.importNode(fresh, true));
  if (focused) calls.querySelector(`a[href="${focused}"]`)?.focus({ preventScroll: true });
}

/** A call that rings for this operator: said, heard, and in the title; the form opens by itself where nothing is being written. */
function ring(id) {
  document.title = id ? `☎ ${title}` : title;
  if (id === rings) return;
  rings = id;
  if (!id || id === calls.dataset.open) return;
  say(calls.dataset.rings);
  sound();
  if (!form) window.location.assign(calls.dataset.call.replace("/0/", `/${id}/`));
  else note(calls.dataset.rings, "warning");
}

/** Two short tones. A browser that nobody has touched yet keeps silent, and that is no fault. */
function sound() {
  try {
    const audio = new AudioContext();
    for (const at of [0, 0.25]) {
      const tone = audio.createOscillator();
      const loud = audio.createGain();
      tone.frequency.value = 880;
      loud.gain.value = 0.08;
      tone.connect(loud).connect(audio.destination);
      tone.start(audio.currentTime + at);
      tone.stop(audio.currentTime + at + 0.15);
    }
    setTimeout(() => audio.close(), 1000);
  } catch {
    // No sound device.
  }
}

setTimeout(look, EVERY_MS);

// --- What is known ----------------------------------------------------------------------------------------------------
const LOOKED_AT = ["lon", "lat", "problem_class_id", "description", "place"];
let asked = "";
let waiting = null;

async function lookAround() {
  const address = new URL(nearby.dataset.address, window.location.href);
  for (const name of LOOKED_AT) address.searchParams.set(name, form.elements[name]?.value ?? "");
  if (!form.elements.lon.value || address.search === asked) return;
  asked = address.search;
  const answer = await fetch(address, { redirect: "manual" }).catch(() => null);
  if (answer?.ok && address.search === asked) {
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    nearby.replaceChildren(...[...fresh.body.childNodes].map((node) => document.importNode(node, true)));
  }
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(lookAround, 400);
}

if (form && nearby) {
  form.addEventListener("input", soon);
  for (const kind of ["place-picked", "click"]) document.addEventListener(kind, soon);
  soon();
}

// --- Guesses of the class, and adding to a case -----------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const guess = event.target.closest("[data-guess]");
  if (guess) {
    const field = form.querySelector("[data-class-field]");
    field.querySelector("[name=problem_class_id]").value = guess.dataset.guess;
    field.querySelector("[data-picked]").textContent = guess.dataset.name;
    field.querySelector("[data-none]").hidden = true;
  }
  const add = event.target.closest("[data-add]");
  if (add) addTo(add.dataset.add);
  if (event.target.closest("[data-own]")) addTo("");
});

function addTo(number) {
  form.elements.add_to.value = number;
  const told = document.querySelector("[data-adding]");
  told.hidden = !number;
  told.querySelector("[data-adding-number]").textContent = number;
}

if (form?.elements.add_to.value) addTo(form.elements.add_to.value);
