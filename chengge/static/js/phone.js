// What every page of the inspector's phone does: position, time left, distances.

import { metresBetween } from "./city-map-style.js";
import { csrfToken } from "./csrf.js";
import { me, onState, words } from "./phone-shell.js";
import { Track } from "./phone-track.js";
import { word } from "./words.js";

const TELL_EVERY_MS = 60_000;
const COUNT_EVERY_MS = 15_000;

const room = document.getElementById("phone");
const listeners = new Set();
const onDuty = room.hasAttribute("data-on-duty");
const track = onDuty && room.dataset.track ? new Track(room.dataset.track, me.member) : null;
let last = null;
let told = 0;
let watching = false;

/** Call `hear({lon, lat, accuracy})` with every position, and once with null when there can be none. */
export function onPosition(hear) {
  listeners.add(hear);
  if (last) hear(last);
  watch();
}

function watch() {
  if (watching) return;
  watching = true;
  if (!navigator.geolocation) {
    for (const hear of listeners) hear(null);
    return;
  }
  navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      last = { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy };
      for (const hear of listeners) hear(last);
      measure();
      if (track) track.hear(last, timestamp);
      else tell();
    },
    () => {
      if (!last) for (const hear of listeners) hear(null);
    },
    { enableHighAccuracy: true, maximumAge: 5000, timeout: 20_000 },
  );
}

/** On duty the centre knows where its inspectors are; off duty nobody is told. */
function tell() {
  if (!onDuty || Date.now() - told < TELL_EVERY_MS) return;
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
if (onDuty) watch();

// A walk that is answered and lies in the queue is marked in the list.
onState(({ unsent }) => {
  for (const { kind, fields, state } of unsent) {
    if ((kind !== "verify" && kind !== "check") || state === "draft") continue;
    const row = document.querySelector(`.phone-item[data-task="${fields.task}"]`);
    if (!row || row.querySelector(".badge-answered")) continue;
    const mark = Object.assign(document.createElement("span"), { className: "badge plain badge-answered", textContent: words.answered });
    row.querySelector(".phone-item-what .muted").before(mark);
  }
});

// --- Forms ----------------------------------------------------------------------------------------------------------------------------

export function showFault(text) {
  const place = document.getElementById("fault");
  place.textContent = text;
  place.hidden = !text;
  if (text) place.scrollIntoView({ block: "nearest" });
}
