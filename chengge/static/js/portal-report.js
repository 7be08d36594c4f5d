// Reporting in a minute. Without this script the form works as well; with it photos arrive at once, the place comes from the telephone
// or the map, like problems nearby are shown before sending, and nothing written is lost.

import { csrfToken } from "./csrf.js";
import { forgetDraft, readDraft, writeDraft } from "./portal-draft.js";
import { Photos } from "./portal-photos.js";
import { canProve, proofFor } from "./portal-proof.js";

const AFTER_MS = 350;
const SHARED = ["words", "place", "lon", "lat", "accuracy"];
const OWN = ["contact", "name"];

const words = JSON.parse(document.getElementById("portal-words").textContent);
const form = document.getElementById("report");
const fault = document.getElementById("fault");
const spoken = document.getElementById("spoken");
const send = document.getElementById("send");
const follows = form.elements.namedItem("follows")?.value ?? "";
const placeSaid = document.getElementById("place-said");

function say(text) {
  spoken.textContent = "";
  spoken.textContent = text;
}

function showFault(text, at = null) {
  fault.textContent = text;
  fault.hidden = !text;
  if (!text) return;
  fault.scrollIntoView({ block: "center" });
  at?.focus();
}

async function ask(address, values) {
  const answer = await fetch(address, {
    method: "POST",
    body: new URLSearchParams(values),
    headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

/** Call `act` once a person has stopped for a moment; only the last answer counts. */
function settling(act, afterMs = AFTER_MS) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, afterMs);
  };
}

// --- The work, and the draft ----------------------------------------------------------------------------------------------------------

const stamp = form.elements.namedItem("stamp");
const bits = Number(stamp.dataset.bits);
let proof = null;
document.getElementById("sum").hidden = canProve();

function begin() {
  if (!canProve() || proof) return;
  proof = proofFor(stamp.dataset.nonce, bits).then((found) => {
    form.elements.namedItem("proof").value = found;
  });
}
form.addEventListener("input", begin, { once: true });
form.addEventListener("focusin", begin, { once: true });

const photos = new Photos(document.getElementById("shots"), {
  url: form.dataset.photos,
  most: Number(form.dataset.mostPhotos),
  words,
  changed: keepDraft,
  fault: showFault,
});

function valueOf(name) {
  return form.elements.namedItem(name)?.value ?? "";
}

function chosenClass() {
  return form.querySelector("input[name=problem_class]:checked");
}

function keepDraft() {
  if (follows) return;
  const shared = Object.fromEntries(SHARED.map((name) => [name, valueOf(name)]));
  const chosen = chosenClass();
  if (chosen?.value) Object.assign(shared, { chosen: chosen.value, chosenName: chosen.closest(".chip").textContent.trim() });
  const own = Object.fromEntries(OWN.map((name) => [name, valueOf(name)]));
  writeDraft({ ...shared, photos: photos.kept, said: placeSaid?.textContent ?? "" }, own);
}

function restore() {
  if (follows || form.hasAttribute("data-typed")) return;
  const draft = readDraft();
  const had = [...SHARED, ...OWN].filter((name) => draft[name] && !valueOf(name));
  for (const name of had) form.elements.namedItem(name).value = draft[name];
  if (draft.chosen && !chosenClass()?.value) chooseClass({ id: draft.chosen, name: draft.chosenName });
  if (draft.photos?.length) photos.restore(draft.photos);
  if (draft.said) placeSaid.textContent = draft.said;
  if (had.length || draft.photos?.length) say(words.draft);
  if (valueOf("lon")) look();
}
const keepSoon = settling(keepDraft);
form.addEventListener("input", keepSoon);
form.addEventListener("change", keepSoon);

// --- What it is -----------------------------------------------------------------------------------------------------------------------

const guessed = document.getElementById("guessed");
const chips = document.getElementById("chips");

function chip({ id, name, icon }) {
  const made = document.createElement("label");
  made.className = "chip";
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: "problem_class", value: id });
  const text = document.createElement("span");
  text.textContent = name;
  made.append(radio, picture(icon), text);
  return made;
}

function picture(icon) {
  const drawn = document.getElementById("chip-icon").content.cloneNode(true);
  const use = drawn.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon || "flag"}`));
  return drawn;
}

function chooseClass(choice) {
  let radio = form.querySelector(`input[name=problem_class][value="${CSS.escape(String(choice.id))}"]`);
  if (!radio) {
    chips.prepend(chip(choice));
    radio = chips.querySelector("input");
  }
  radio.checked = true;
  return radio;
}

if (guessed) {
  let asked = "";
  const guess = settling(async () => {
    const text = form.elements.namedItem("words").value.trim();
    if (text.length < 2 || text === asked) return;
    asked = text;
    try {
      const { guessed: found } = await ask(form.dataset.guess, { words: text });
      if (chosenClass()?.value) return; // Whoever has chosen is asked no more.
      const box = guessed.querySelector(".chips");
      box.replaceChildren(...found.map(chip));
      guessed.hidden = !found.length;
      for (const other of chips.querySelectorAll(".chip")) {
        other.hidden = found.some(({ id }) => String(id) === other.querySelector("input").value && other.querySelector("input").value !== "");
      }
    } catch {
      // A guess is help, no condition.
    }
  }, 600);
  form.elements.namedItem("words").addEventListener("input", guess);

  const search = document.getElementById("class-search");
  const field = document.getElementById("class-q");
  const found = document.getElementById("class-found");
  search.hidden = false;
  search.addEventListener("toggle", () => search.open && field.focus());
  field.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  field.addEventListener(
    "input",
    settling(async () => {
      if (!field.value.trim()) return found.replaceChildren();
      try {
        const answer = await ask(form.dataset.guess, { search: field.value });
        found.replaceChildren(
          ...listed(answer.found, (one) => {
            const radio = chooseClass(one);
            search.open = false;
            radio.focus();
            keepDraft();
            look();
          }),
        );
      } catch {
        found.replaceChildren();
      }
    }),
  );
  form.addEventListener("change", (event) => event.target.name === "problem_class" && look());
}

function listed(rows, choose) {
  if (!rows.length) {
    const none = document.createElement("li");
    none.append(Object.assign(document.createElement("p"), { textContent: words.nothing_found }));
    return [none];
  }
  return rows.map((row) => {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.append(picture(row.icon ?? "map-pin"), row.name);
    button.addEventListener("click", () => choose(row));
    item.append(button);
    return item;
  });
}

// --- Where it is ----------------------------------------------------------------------------------------------------------------------

let map = null;
let asking = 0;
let lookedAt = ""; // the place and class that like problems were looked for at

function placed() {
  return valueOf("lon") !== "";
}

function setPlace(lon, lat, accuracy) {
  form.elements.namedItem("lon").value = lon.toFixed(6);
  form.elements.namedItem("lat").value = lat.toFixed(6);
  form.elements.namedItem("accuracy").value = accuracy ? Math.round(accuracy) : "";
  if (map) {
    map.dataset.accuracy = accuracy ?? "";
    map.setPoint(lon, lat);
  }
  look();
}

function lookKey() {
  return [valueOf("lon"), valueOf("lat"), chosenClass()?.value ?? ""].join(" ");
}

async function look() {
  if (!placed() || follows) return;
  const round = ++asking;
  try {
    const answer = await ask(form.dataset.near, {
      lon: valueOf("lon"),
      lat: valueOf("lat"),
      class: chosenClass()?.value ?? "",
    });
    if (round !== asking) return;
    lookedAt = lookKey();
    const outside = !answer.inside;
    const accuracy = valueOf("accuracy");
    const said = [answer.said && words.marked.replace("%s", answer.said), accuracy && words.accuracy.replace("%s", accuracy)].filter(Boolean);
    placeSaid.classList.toggle("fault", outside);
    placeSaid.textContent = outside ? words.outside : said.join(" · ");
    showLike(answer);
    keepDraft();
  } catch {
    if (round === asking && !placeSaid.textContent) placeSaid.textContent = words.marked.replace("%s", `${valueOf("lat")}, ${valueOf("lon")}`);
  }
}

let likeShown = "";
function showLike({ like, html }) {
  const box = document.getElementById("like-here");
  if (html === likeShown) return;
  likeShown = html;
  box.innerHTML = html; // The house's own template, with every value escaped.
  send.querySelector("span").textContent = like ? words.send_other : words.send;
  if (like) say(words.like_shown);
}

async function openMap() {
  const room = document.getElementById("map-room");
  const button = document.getElementById("on-map");
  room.hidden = !room.hidden;
  button.setAttribute("aria-expanded", String(!room.hidden));
  if (room.hidden || map) return;
  await import(form.dataset.map);
  const hint = Object.assign(document.createElement("p"), { className: "hint", textContent: words.map_hint });
  map = document.createElement("city-map");
  Object.assign(map.dataset, { config: form.dataset.config, layers: "base", pick: "", zoom: "17", label: words.map_label });
  if (placed()) map.dataset.point = `${valueOf("lon")},${valueOf("lat")}`;
  map.addEventListener("place-picked", ({ detail }) => setPlace(detail.lon, detail.lat, null));
  room.append(hint, map);
}

if (!follows) {
  document.getElementById("where-ways").hidden = false;
  document.getElementById("on-map").addEventListener("click", openMap);
  document.getElementById("here").addEventListener("click", () => {
    placeSaid.classList.remove("fault");
    placeSaid.textContent = words.locating;
    const fail = () => {
      placeSaid.classList.add("fault");
      placeSaid.textContent = words.no_position;
    };
    if (!navigator.geolocation) return fail();
    navigator.geolocation.getCurrentPosition(({ coords }) => setPlace(coords.longitude, coords.latitude, coords.accuracy), fail, {
      enableHighAccuracy: true,
      timeout: 15_000,
      maximumAge: 10_000,
    });
  });
  const field = document.getElementById("place");
  const found = document.getElementById("place-found");
  field.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  field.addEventListener(
    "input",
    settling(async () => {
      const text = field.value.trim();
      if (text.length < 2) {
        found.hidden = true;
        return;
      }
      try {
        const { places } = await ask(form.dataset.places, { q: text });
        found.hidden = !places.length;
        found.replaceChildren(
          ...(places.length
            ? listed(places, ({ name, lon, lat }) => {
                field.value = name;
                found.hidden = true;
                setPlace(lon, lat, null);
                map?.ready.then(() => map.flyTo(lon, lat, 17));
                field.focus();
              })
            : []),
        );
      } catch {
        found.hidden = true;
      }
    }),
  );
}

// --- Sending --------------------------------------------------------------------------------------------------------------------------

function lacking() {
  const said = valueOf("words").trim() || photos.kept.length;
  if (!follows && !said) return [words.what, form.elements.namedItem("words")];
  if (!follows && !placed() && !valueOf("place").trim()) return [words.where, document.getElementById("place")];
  return null;
}

let going = false;
form.addEventListener("submit", async (event) => {
  if (going) return;
  event.preventDefault();
  const submitter = event.submitter ?? send;
  showFault("");
  await photos.settled();
  const missing = submitter.name === "follow" ? null : lacking();
  if (missing) return showFault(...missing);
  begin();
  send.setAttribute("aria-busy", "true");
  const label = send.querySelector("span");
  const before = label.textContent;
  label.textContent = words.one_moment;
  await proof;
  keepDraft();
  // A form takes no second wish while it is still telling its listeners of the first.
  await new Promise((resolve) => setTimeout(resolve));
  // Where like problems were looked for and shown here, the house need not ask once more; a place in words it looks up itself.
  if (placed() && lookedAt === lookKey()) form.elements.namedItem("looked").value = "1";
  going = true;
  form.requestSubmit(submitter);
  // Coming back by the browser's button finds the form ready again.
  setTimeout(() => {
    going = false;
    send.removeAttribute("aria-busy");
    label.textContent = before;
  }, 4000);
});

if (follows) forgetDraft();
restore();
document.getElementById("refusal")?.focus();
document.getElementById("before")?.focus();
