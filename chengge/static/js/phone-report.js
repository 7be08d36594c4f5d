// Reporting in four taps: photo, what it is, where, send. Everything lies on the phone from the first photo on.

import { showFault } from "./phone.js";
import { ClassChoice } from "./phone-class.js";
import { Draft, saveOnLeaving } from "./phone-draft.js";
import { PhotoStrip } from "./phone-photos.js";
import { Place } from "./phone-place.js";
import { aroundOffline } from "./phone-places.js";
import { handOver, me, onState, say, words } from "./phone-shell.js";
import { VoiceNote } from "./phone-voice.js";

const LOOK_AFTER_MS = 250;
const LOOK_PATIENCE_MS = 6000;
const SNAP_LEAST_M = 12;
const FIELDS = ["lon", "lat", "accuracy", "problem_class", "component", "same", "disposed", "place", "description"];

const form = document.getElementById("report");
const map = document.getElementById("place-map");
const own = document.getElementById("own");
const sendButton = document.getElementById("send");
const more = document.getElementById("more-classes");
const searchBox = document.getElementById("class-search");
const classList = document.getElementById("class-list");

let online = true;
let refusedSnap = new Set();
let lookTimer = 0;
let asking = null;
let guessed = "";
onState((state) => (online = state.online));

const choice = new ClassChoice(form.problem_class, document.getElementById("chips"), document.getElementById("class-q"), classList, () => {
  refusedSnap = new Set();
  place.snapped = null;
  form.component.value = "";
  setSame("");
  draft.changed();
  lookSoon();
});
const draft = new Draft(me, "report", () => ({
  kind: form.disposed.value ? "disposal" : "report",
  title: choice.name,
  detail: form.place.value || form.description.value,
  fields: fields(),
}));
const place = new Place(form, map, () => {
  draft.changed();
  lookSoon();
});
const [before, after] = [...form.querySelectorAll("[data-photos]")].map((strip) => new PhotoStrip(strip, draft, words, showFault));
const voice = new VoiceNote(form.querySelector("[data-voice]"), form.querySelector("[data-spoken]"), draft, words, showFault);

function fields() {
  const said = Object.fromEntries(FIELDS.map((name) => [name, form[name].value.trim()]));
  const rule = form.querySelector('input[name="rule"]:checked')?.value ?? "";
  return { ...said, rule: form.disposed.value ? rule : "", urgent: form.urgent.checked ? "1" : "" };
}

form.addEventListener("input", () => draft.changed());
saveOnLeaving(draft);
form.description.addEventListener("change", guess);

// --- A draft that is gone on with -----------------------------------------------------------------------------------------------------

async function restore() {
  if (!(await draft.open(location.hash.slice(1)))) return;
  const { fields: said, refusal } = draft.held;
  for (const name of ["place", "description"]) form[name].value = said[name] ?? "";
  form.urgent.checked = said.urgent === "1";
  if (said.disposed) setDisposed(true);
  if (said.problem_class) await choice.chooseId(said.problem_class);
  place.restore(said);
  setSame(said.same ?? "");
  form.dataset.rule = said.rule ?? "";
  await Promise.all([before.show(), after.show(), voice.show()]);
  if (refusal) showFault([refusal.message, refusal.hint].filter(Boolean).join(" "));
}

// --- What lies around -----------------------------------------------------------------------------------------------------------------

function lookSoon() {
  clearTimeout(lookTimer);
  lookTimer = setTimeout(look, LOOK_AFTER_MS);
}

async function look() {
  if (!place.at) return;
  asking?.abort();
  const mine = (asking = new AbortController());
  setTimeout(() => mine.abort(), LOOK_PATIENCE_MS);
  const classId = form.problem_class.value ? Number(form.problem_class.value) : null;
  // What the phone knows stands at once; what the house knows comes after.
  const known = await aroundOffline(place.at.lon, place.at.lat, classId);
  if (known && asking === mine) showAround(known);
  if (!online) return;
  const target = new URL(form.dataset.near, location.href);
  target.searchParams.set("lon", form.lon.value);
  target.searchParams.set("lat", form.lat.value);
  if (classId) target.searchParams.set("class", classId);
  try {
    const answer = await fetch(target, {
      signal: mine.signal,
      headers: { Accept: "application/json" },
    });
    if (answer.ok && asking === mine) showAround({ own: known?.own ?? null, ...(await answer.json()) });
  } catch {
    // Looking around is help, not a condition: a report can go without it.
  }
}

function showAround({ grid, own: isOwn, area_class: areaClass, components, like, rules }) {
  const parts = [grid ? say("in_grid", grid) : isOwn === false ? "" : words.no_grid, areaClass, isOwn === false ? words.not_own_grid : ""];
  document.getElementById("grid").textContent = parts.filter(Boolean).join(" · ");
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
      const on = place.snapped?.code === found.code;
      chip.setAttribute("aria-pressed", String(on));
      chip.textContent = `${found.name} …${found.code.slice(-4)} · ${say("metres", found.metres)}`;
      chip.addEventListener("click", () => {
        if (!on) return place.snap(found);
        refusedSnap.add(found.code);
        place.unsnap();
      });
      return chip;
    }),
  );
  const [nearest] = components;
  const near = nearest && nearest.metres <= Math.max(SNAP_LEAST_M, place.at.accuracy ?? 0);
  if (near && !place.snapped && !refusedSnap.has(nearest.code)) place.snap(nearest);
}

function showLike(like) {
  const box = document.getElementById("like");
  if (form.same.value) return; // chosen: it stands there with the way back
  box.replaceChildren(...like.map(likeCard));
}

function likeCard(found) {
  const row = document.createElement("div");
  row.className = "like";
  if (found.thumb) row.append(Object.assign(document.createElement("img"), { src: found.thumb, alt: "" }));
  const text = document.createElement("div");
  const title = Object.assign(document.createElement("b"), { textContent: say("like", found.label) });
  const detail = Object.assign(document.createElement("div"), { className: "muted", textContent: `${say("metres", found.metres)} · ${found.detail} ` });
  const open = Object.assign(document.createElement("a"), { href: `/phone/cases/${encodeURIComponent(found.number)}/`, textContent: words.look_at_it });
  detail.append(open);
  const why = Object.assign(document.createElement("div"), { className: "muted", textContent: `${found.percent} % · ${found.why}` });
  text.append(title, why, detail);
  const same = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: words.same });
  same.dataset.same = found.number;
  same.addEventListener("click", () => setSame(found.number));
  row.append(text, same);
  return row;
}

/** It is one with a case that is open already: the report will hang on that case. Empty: a case of its own. */
function setSame(number) {
  const was = form.same.value;
  form.same.value = number;
  const box = document.getElementById("like");
  if (number) {
    if (form.disposed.value) setDisposed(false);
    const row = Object.assign(document.createElement("div"), { className: "like like-chosen" });
    const text = Object.assign(document.createElement("b"), { textContent: say("same_chosen", number) });
    const back = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: words.not_same });
    back.addEventListener("click", () => {
      setSame("");
      lookSoon();
    });
    row.append(text, back);
    box.replaceChildren(row);
  } else if (was) box.replaceChildren();
  draft.changed();
}

function showRules(rules) {
  const box = document.getElementById("conditions");
  box.hidden = !rules.length;
  const known = form.querySelector('input[name="rule"]:checked')?.value || form.dataset.rule;
  document.getElementById("condition-list").replaceChildren(
    ...rules.map((rule) => {
      const line = Object.assign(document.createElement("label"), { className: "condition" });
      const more_words = [say("limit", rule.limit), rule.disposable === false ? words.not_disposable : ""].filter(Boolean).join(" · ");
      const limit = Object.assign(document.createElement("span"), { className: "muted", textContent: more_words });
      const radio = Object.assign(document.createElement("input"), { type: "radio", name: "rule", value: rule.id, className: "form-check-input" });
      radio.disabled = rule.disposable === false;
      radio.checked = !radio.disabled && (String(rule.id) === known || rules.length === 1);
      line.append(radio, `${rule.condition} `, limit);
      return line;
    }),
  );
  box.classList.toggle("conditions-read", !form.disposed.value);
}

// --- The catalogue --------------------------------------------------------------------------------------------------------------------

function showSearch(shown) {
  searchBox.hidden = !shown;
  more.setAttribute("aria-expanded", String(shown));
}
more.addEventListener("click", () => {
  showSearch(searchBox.hidden);
  if (searchBox.hidden) return;
  document.getElementById("class-q").focus();
  choice.search();
});
classList.addEventListener("class-found", () => showSearch(false));

/** What the house holds for likely from the words; only until something is chosen. */
async function guess() {
  const text = form.description.value.trim();
  if (!online || form.problem_class.value || !text || text === guessed) return;
  guessed = text;
  try {
    const answer = await fetch(`${form.dataset.guess}?text=${encodeURIComponent(text.slice(0, 300))}`, { headers: { Accept: "application/json" } });
    if (answer.ok) choice.suggest(document.getElementById("suggested"), (await answer.json()).classes);
  } catch {
    // A suggestion is help, not a condition.
  }
}

// --- Disposed of on the spot ----------------------------------------------------------------------------------------------------------

function setDisposed(on) {
  own.setAttribute("aria-pressed", String(on));
  form.disposed.value = on ? "1" : "";
  document.getElementById("after").hidden = !on;
  document.getElementById("conditions").classList.toggle("conditions-read", !on);
  const label = document.getElementById("l-photos");
  label.dataset.plain ??= label.textContent;
  label.textContent = on ? label.dataset.ownLabel : label.dataset.plain;
}
own.addEventListener("click", () => {
  const on = own.getAttribute("aria-pressed") !== "true";
  setDisposed(on);
  if (on) {
    setSame("");
    document.getElementById("after").scrollIntoView({ block: "nearest" });
  }
  draft.changed();
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
  sendButton.disabled = true;
  await Promise.all([before.settled(), after.settled(), voice.settled()]);
  const fault = lacking();
  showFault(fault);
  if (fault) {
    sendButton.disabled = false;
    return;
  }
  sendButton.textContent = words.sending;
  await handOver(draft);
  location.assign("/phone/");
});

restore().finally(() => (form.dataset.ready = ""));
