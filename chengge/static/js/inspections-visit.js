// The checklist at a place: photos go up as soon as they are taken, everything written stays on the phone until it is sent in, once.
import { csrfToken } from "./csrf.js";
import { BestFix } from "./phone-fix.js";
import { Unreadable, shrink } from "./phone-shrink.js";

const form = document.getElementById("visit");
const words = JSON.parse(document.getElementById("visit-words").textContent);
const fault = document.getElementById("fault");
const position = document.getElementById("position");
const send = document.getElementById("send");
const KEPT = `visit-${form.dataset.visit}`;

// --- What was written here before -------------------------------------------------------------------------------------
const draft = kept() ?? { values: {}, photos: {}, key: newKey() };

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "null");
  } catch {
    return null;
  }
}

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function keep() {
  draft.values = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && /^(points|na|words)(-|$)/.test(name)) draft.values[name] = value;
  }
  try {
    localStorage.setItem(KEPT, JSON.stringify(draft));
  } catch {
    // A phone without room: what is on the page is still there.
  }
  count();
}

function restore() {
  form.elements.key.value = draft.key;
  for (const [name, value] of Object.entries(draft.values)) {
    const field = form.elements[name];
    if (!field) continue;
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  }
  for (const [name, photos] of Object.entries(draft.photos)) {
    const strip = form.querySelector(`[data-photos="${name}"]`);
    if (strip) for (const photo of photos) put(strip, photo);
  }
  if (Object.values(draft.values).some(Boolean) || Object.keys(draft.photos).length) say(words.restored);
}

function count() {
  const open = [...form.querySelectorAll("[data-item]")].filter((line) => !isMarked(line.dataset.item));
  for (const line of form.querySelectorAll(".missing")) if (!open.includes(line)) line.classList.remove("missing");
  document.getElementById("left").textContent = open.length ? words.left.replace("%(count)s", open.length) : "";
  return open;
}

function isMarked(item) {
  return Boolean(form.elements[`points-${item}`]?.value || form.elements[`na-${item}`]?.checked);
}

form.addEventListener("input", keep);
form.addEventListener("change", keep);

// --- Photos -----------------------------------------------------------------------------------------------------------
function put(strip, photo) {
  const figure = document.createElement("div");
  figure.className = "shot";
  const image = Object.assign(document.createElement("img"), { src: photo.thumb, alt: "" });
  const hash = Object.assign(document.createElement("input"), { type: "hidden", name: `photos-${strip.dataset.photos}`, value: photo.sha256 });
  const away = Object.assign(document.createElement("button"), { type: "button", className: "shot-away", textContent: "×" });
  away.setAttribute("aria-label", words.remove);
  away.addEventListener("click", () => {
    figure.remove();
    const photos = draft.photos[strip.dataset.photos] ?? [];
    draft.photos[strip.dataset.photos] = photos.filter(({ sha256 }) => sha256 !== photo.sha256);
    keep();
  });
  figure.append(image, hash, away);
  strip.insertBefore(figure, strip.querySelector(".shot-add"));
}

async function upload(strip, file) {
  const waiting = document.createElement("div");
  waiting.className = "shot shot-going";
  strip.insertBefore(waiting, strip.querySelector(".shot-add"));
  try {
    const body = new FormData();
    body.append("photo", await shrink(file), "photo.jpg");
    const answer = await fetch("/photos/", { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Refusal([said.message, said.hint].filter(Boolean).join(" ") || words.failed);
    const photo = { sha256: said.sha256, thumb: said.thumb };
    (draft.photos[strip.dataset.photos] ??= []).push(photo);
    put(strip, photo);
    keep();
  } catch (error) {
    complain(error instanceof Unreadable ? words.unreadable : error instanceof Refusal ? error.message : words.failed);
  } finally {
    waiting.remove();
  }
}

class Refusal extends Error {}

let uploading = Promise.resolve();
for (const input of form.querySelectorAll('.visit-shots input[type="file"]')) {
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    // One after another: ten pictures at once are more than a small phone can draw.
    for (const file of files) uploading = uploading.then(() => upload(input.closest(".visit-shots"), file));
  });
}

// --- Where we stand ---------------------------------------------------------------------------------------------------
const NEAR_DEGREES = 0.02; // some two kilometres
const best = new BestFix();
let marked = false;

function stand(lon, lat, accuracy) {
  form.elements.lon.value = lon.toFixed(6);
  form.elements.lat.value = lat.toFixed(6);
  form.elements.accuracy.value = accuracy === null ? "" : accuracy.toFixed(1);
}

function isNear({ lon, lat }) {
  return Math.abs(lon - Number(form.dataset.lon)) < NEAR_DEGREES && Math.abs(lat - Number(form.dataset.lat)) < NEAR_DEGREES;
}

document.addEventListener("place-picked", (event) => {
  marked = true;
  stand(event.detail.lon, event.detail.lat, null);
  position.textContent = words.marked;
});

if (navigator.geolocation) {
  position.textContent = words.waiting;
  navigator.geolocation.watchPosition(
    ({ coords }) => {
      if (marked || !best.hear({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy })) return;
      stand(best.best.lon, best.best.lat, best.best.accuracy);
      position.textContent = words.position.replace("%(metres)s", Math.round(best.best.accuracy));
      const map = document.getElementById("visit-map");
      // From afar the way would shrink the place to nothing.
      if (map && isNear(best.best)) map.dataset.from = `${best.best.lon},${best.best.lat}`;
    },
    () => {
      if (!marked && !best.best) position.textContent = words.no_position;
    },
    { enableHighAccuracy: true, maximumAge: 10_000 },
  );
} else {
  position.textContent = words.no_position;
}

// --- Sending in -------------------------------------------------------------------------------------------------------
function say(text) {
  document.getElementById("spoken").textContent = text;
}

function complain(text, field = "") {
  fault.textContent = text;
  fault.hidden = !text;
  const line = /-(\d+)$/.exec(field)?.[1];
  const place = line ? document.getElementById(`item-${line}`) : null;
  place?.classList.add("missing");
  (place ?? fault).scrollIntoView({ block: "center" });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  complain("");
  const [open] = count();
  if (open) {
    open.classList.add("missing");
    open.scrollIntoView({ block: "center" });
    open.querySelector("input").focus({ preventScroll: true });
    return;
  }
  send.disabled = true;
  say(words.sending);
  await uploading;
  try {
    const body = new FormData(form);
    for (const name of [...body.keys()]) if (name.startsWith("files-")) body.delete(name);
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": csrfToken() }, redirect: "manual" });
    if (answer.type === "opaqueredirect") return complain(words.signed_out);
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) return complain([said.message, said.hint].filter(Boolean).join(" ") || words.failed, said.field);
    localStorage.removeItem(KEPT);
    location.assign(said.to);
  } catch {
    complain(words.failed);
  } finally {
    send.disabled = false;
  }
});

restore();
count();
