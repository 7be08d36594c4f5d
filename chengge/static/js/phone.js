// What every page of the inspector's phone does: position, time left, distances; and what its forms share.

import { csrfToken } from "./csrf.js";
import { word } from "./words.js";
import { metresBetween } from "./city-map-style.js";

const TELL_EVERY_MS = 60_000;
const COUNT_EVERY_MS = 15_000;

const room = document.getElementById("phone");
const listeners = new Set();
let last = null;
let told = 0;
let watching = false;

/** Call `hear({lon, lat, accuracy})` with every position, and once with null when there can be none. */
export function onPosition(hear) {
  listeners.add(hear);
  if (last) hear(last);
  watch();
}

export function lastPosition() {
  return last;
}

function watch() {
  if (watching) return;
  watching = true;
  if (!navigator.geolocation) {
    for (const hear of listeners) hear(null);
    return;
  }
  navigator.geolocation.watchPosition(
    ({ coords }) => {
      last = { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy };
      for (const hear of listeners) hear(last);
      measure();
      tell();
    },
    () => {
      if (!last) for (const hear of listeners) hear(null);
    },
    { enableHighAccuracy: true, maximumAge: 5000, timeout: 20_000 },
  );
}

/** On duty the centre knows where its inspectors are; off duty nobody is told. */
function tell() {
  if (!room?.hasAttribute("data-on-duty") || Date.now() - told < TELL_EVERY_MS) return;
  told = Date.now();
  const body = new URLSearchParams({ lon: last.lon, lat: last.lat });
  fetch(room.dataset.seen, { method: "POST", body, headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" } }).catch(() => {
    told = 0;
  });
}

function measure() {
  if (!last) return;
  for (const place of document.querySelectorAll("[data-lon][data-lat]")) {
    const metres = metresBetween([last.lon, last.lat], [Number(place.dataset.lon), Number(place.dataset.lat)]);
    place.textContent = metres < 1000 ? `${Math.round(metres / 10) * 10} m` : `${(metres / 1000).toFixed(1)} km`;
  }
}

function spanWords(minutes) {
  if (minutes < 60) return word("minutes", { count: minutes });
  if (minutes < 48 * 60) return word("hours", { count: Math.round(minutes / 6) / 10 });
  return word("days", { count: Math.round(minutes / 144) / 10 });
}

function count() {
  const now = Date.now();
  for (const place of document.querySelectorAll("[data-due]")) {
    const minutes = Math.floor((Date.parse(place.dataset.due) - now) / 60_000);
    place.textContent = minutes >= 0 ? word("left", { span: spanWords(minutes) }) : word("over", { span: spanWords(-minutes) });
    if (minutes < 0) place.className = place.className.replace(/text-(green|yellow)/, "text-red");
  }
  for (const place of document.querySelectorAll("[data-since]")) {
    const minutes = Math.max(0, Math.floor((now - Date.parse(place.dataset.since)) / 60_000));
    place.textContent = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  }
}
count();
setInterval(count, COUNT_EVERY_MS);

for (const form of document.querySelectorAll("form[data-with-position]")) {
  onPosition((at) => {
    if (!at) return;
    form.lon.value = at.lon.toFixed(6);
    form.lat.value = at.lat.toFixed(6);
  });
}
if (room?.hasAttribute("data-on-duty")) watch();

// --- Forms ----------------------------------------------------------------------------------------------------------------------------

/** A key of our own for this wish: sent again after a lost connection, the house does it only once. */
export function freshKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Words that the page's own script says. */
export function phoneWords() {
  return JSON.parse(document.getElementById("phone-words").textContent);
}

export function showFault(text) {
  const place = document.getElementById("fault");
  place.textContent = text;
  place.hidden = !text;
  if (text) place.scrollIntoView({ block: "nearest" });
}

/** Send a form; go where the answer says, or show what is wrong. `more` is added to what the form holds. Answers whether it got through. */
export async function send(form, more = {}) {
  const words = phoneWords();
  const body = new FormData(form);
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  showFault("");
  let answer;
  try {
    answer = await fetch(form.getAttribute("action") ?? location.href, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
    });
  } catch {
    showFault(words.no_connection);
    return false;
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) {
    location.assign(said.to);
    return true;
  }
  showFault([said.message, said.hint].filter(Boolean).join(" ") || words.no_connection);
  return false;
}
