// Reporting in few taps: photo, what it is, where; what lies around the place is looked up meanwhile.

import { freshKey, onPosition, phoneWords, send, showFault } from "./phone.js";
import { PhotoStrip } from "./phone-photos.js";

const LOOK_AFTER_MS = 250;
const SNAP_LEAST_M = 12;

const words = phoneWords();
const form = document.getElementById("report");
const map = document.getElementById("place-map");
const own = document.getElementById("own");
const sendButton = document.getElementById("send");
const positionNote = document.getElementById("position");
const chips = document.getElementById("chips");
const more = document.getElementById("more-classes");
const [before, after] = [...document.querySelectorAll("[data-photos]")].map((place) => new PhotoStrip(place, words));

form.key.value = freshKey();

// --- Place ----------------------------------------------------------------------------------------------------------------------------

let place = null; // {lon, lat, accuracy}; accuracy null: placed by hand
let byHand = false;
let standing = null;
let refusedSnap = new Set();
let snapped = null;
let lookTimer = 0;
let asking = null;

positionNote.textContent = words.waiting;
onPosition((at) => {
  if (!at) {
    if (!place) positionNote.textContent = words.no_position;
    return;
  }
  standing = at;
  if (byHand || snapped) return;
  // A fix that is hardly better must not make the pin dance.
  if (place && place.accuracy !== null && at.accuracy >= place.accuracy * 0.9 && metres(place, at) < Math.max(8, at.accuracy)) return;
  setPlace(at.lon, at.lat, at.accuracy, { fly: !place });
});

function metres(a, b) {
  const x = (b.lon - a.lon) * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(x, b.lat - a.lat) * 111_320;
}

map.addEventListener("place-picked", ({ detail }) => {
  byHand = true;
  snapped = null;
  setPlace(detail.lon, detail.lat, null, {});
});

document.getElementById("here").addEventListener("click", () => {
  byHand = false;
  snapped = null;
  if (standing) setPlace(standing.lon, standing.lat, standing.accuracy, { fly: true });
  else positionNote.textContent = words.waiting;
});

function setPlace(lon, lat, accuracy, { fly = false }) {
  place = { lon, lat, accuracy };
  form.lon.value = lon.toFixed(6);
  form.lat.value = lat.toFixed(6);
  form.accuracy.value = accuracy === null ? "" : Math.round(accuracy * 10) / 10;
  form.component.value = snapped?.code ?? "";
  map.dataset.accuracy = accuracy ?? "";
  map.setPoint(lon, lat);
  if (fly) map.ready.then(() => map.flyTo(lon, lat, 17.5));
  notePosition();
  clearTimeout(lookTimer);
  lookTimer = setTimeout(look, LOOK_AFTER_MS);
}

function notePosition() {
  const parts = [place.accuracy === null ? words.by_hand : words.accuracy.replace("%s", Math.round(place.accuracy))];
  if (snapped) parts.push(words.snapped.replace("%s", snapped.code.slice(-4)));
  positionNote.textContent = parts.join(" · ");
}

async function look() {
  if (!place) return;
  asking?.abort();
  asking = new AbortController();
  const target = new URL(form.dataset.near, location.href);
  target.searchParams.set("lon", form.lon.value);
  target.searchParams.set("lat", form.lat.value);
  if (form.problem_class.value) target.searchParams.set("class", form.problem_class.value);
  try {
    const answer = await fetch(target, { signal: asking.signal, headers: { Accept: "application/json" } });
    if (answer.ok) showAround(await answer.json());
  } catch {
    // Looking around is help, not a condition: a report can go without it.
  }
}

function showAround({ grid, area_class: areaClass, components, like, rules }) {
  document.getElementById("grid").textContent = grid ? `${words.in_grid.replace("%s", grid)}${areaClass ? ` · ${areaClass}` : ""}` : words.no_grid;
  showComponents(components);
  showLike(like);
  showRules(rules);
}

function showComponents(components) {
  const box = document.getElementById("snap");
  box.hidden = !components.length;
  box.replaceChildren(
    ...components.map((found) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      const on = snapped?.code === found.code;
      chip.setAttribute("aria-pressed", String(on));
      chip.textContent = `${found.name} …${found.code.slice(-4)} · ${words.metres.replace("%s", found.metres)}`;
      chip.addEventListener("click", () => (on ? unsnap(found) : snap(found)));
      return chip;
    }),
  );
  const [nearest] = components;
  const near = nearest && nearest.metres <= Math.max(SNAP_LEAST_M, place.accuracy ?? 0);
  if (near && !snapped && !refusedSnap.has(nearest.code)) snap(nearest);
}

function snap(found) {
  snapped = found;
  setPlace(found.lon, found.lat, place.accuracy, {});
}

function unsnap(found) {
  refusedSnap.add(found.code);
  snapped = null;
  setPlace(place.lon, place.lat, place.accuracy, {});
}

function showLike(like) {
  document.getElementById("like").replaceChildren(
    ...like.map((found) => {
      const row = document.createElement("div");
      row.className = "like";
      const text = document.createElement("div");
      const title = document.createElement("b");
      title.textContent = words.like.replace("%s", found.label);
      const detail = document.createElement("div");
      detail.className = "muted";
      detail.textContent = `${words.metres.replace("%s", found.metres)} · ${found.detail}`;
      text.append(title, detail);
      const same = document.createElement("a");
      same.className = "btn";
      same.textContent = words.same;
      same.href = `/phone/cases/${encodeURIComponent(found.number)}/`;
      row.append(text, same);
      return row;
    }),
  );
}

// --- What it is -----------------------------------------------------------------------------------------------------------------------

function choose(chip) {
  for (const other of chips.querySelectorAll("[data-class]")) other.setAttribute("aria-pressed", String(other === chip));
  form.problem_class.value = chip.dataset.class;
  snapped = null;
  refusedSnap = new Set();
  form.component.value = "";
  if (place) {
    notePosition();
    look();
  }
}
chips.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-class]");
  if (chip) choose(chip);
});

const searchBox = document.getElementById("class-search");
const classInput = document.getElementById("class-q");
const classList = document.getElementById("class-list");
let classTimer = 0;
more.addEventListener("click", () => {
  searchBox.hidden = !searchBox.hidden;
  more.setAttribute("aria-expanded", String(!searchBox.hidden));
  if (searchBox.hidden) return;
  classInput.focus();
  searchClasses();
});
classInput.addEventListener("input", () => {
  clearTimeout(classTimer);
  classTimer = setTimeout(searchClasses, LOOK_AFTER_MS);
});
classInput.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});

async function searchClasses() {
  const target = new URL(form.dataset.classes, location.href);
  target.searchParams.set("q", classInput.value);
  try {
    const answer = await fetch(target, { headers: { Accept: "application/json" } });
    const { classes } = await answer.json();
    classList.replaceChildren(...(classes.length ? classes.map(classItem) : [Object.assign(document.createElement("li"), { textContent: words.nothing_found })]));
  } catch {
    classList.replaceChildren(Object.assign(document.createElement("li"), { textContent: words.no_connection }));
  }
}

function classItem({ id, name, kind, major }) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  const label = document.createElement("b");
  label.textContent = name;
  const detail = document.createElement("span");
  detail.className = "muted";
  detail.textContent = major;
  button.append(label, detail);
  button.addEventListener("click", () => {
    let chip = chips.querySelector(`[data-class="${id}"]`);
    if (!chip) {
      chip = Object.assign(document.createElement("button"), { type: "button", className: "chip", textContent: name });
      Object.assign(chip.dataset, { class: id, kind });
      chips.prepend(chip);
    }
    choose(chip);
    searchBox.hidden = true;
    more.setAttribute("aria-expanded", "false");
    chip.focus();
  });
  item.append(button);
  return item;
}

function showRules(rules) {
  const box = document.getElementById("conditions");
  box.hidden = !rules.length;
  const list = document.getElementById("condition-list");
  const known = form.querySelector('input[name="rule"]:checked')?.value;
  list.replaceChildren(
    ...rules.map((rule) => {
      const line = document.createElement("label");
      line.className = "condition";
      const limit = document.createElement("span");
      limit.className = "muted";
      limit.textContent = words.limit.replace("%s", rule.limit);
      const radio = Object.assign(document.createElement("input"), { type: "radio", name: "rule", value: rule.id, className: "form-check-input" });
      radio.checked = String(rule.id) === known || rules.length === 1;
      line.append(radio, `${rule.condition} `, limit);
      return line;
    }),
  );
  box.classList.toggle("conditions-read", !form.disposed.value);
}

// --- Disposed of on the spot ----------------------------------------------------------------------------------------------------------

own.addEventListener("click", () => {
  const on = own.getAttribute("aria-pressed") !== "true";
  own.setAttribute("aria-pressed", String(on));
  form.disposed.value = on ? "1" : "";
  document.getElementById("after").hidden = !on;
  document.getElementById("conditions").classList.toggle("conditions-read", !on);
  const label = document.getElementById("l-photos");
  label.dataset.plain ??= label.textContent;
  label.textContent = on ? label.dataset.ownLabel : label.dataset.plain;
  if (on) document.getElementById("after").scrollIntoView({ block: "nearest" });
});

// --- Sending --------------------------------------------------------------------------------------------------------------------------

function lacking() {
  if (!before.count) return words.no_photo;
  if (!form.problem_class.value) return words.no_class;
  if (!form.lon.value) return words.no_place;
  if (form.disposed.value && !after.count) return words.no_after;
  if (form.disposed.value && !form.querySelector('input[name="rule"]:checked')) return words.no_rule;
  return "";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fault = lacking();
  showFault(fault);
  if (fault) return;
  const label = sendButton.textContent;
  sendButton.disabled = true;
  sendButton.textContent = words.sending;
  const arrived = (await Promise.all([before.settled(), form.disposed.value ? after.settled() : true])).every(Boolean);
  if (!arrived) showFault(words.upload_failed);
  else if (await send(form)) return;
  sendButton.disabled = false;
  sendButton.textContent = label;
});
