// What an inspector found otherwise than the register says: a component that is new, has moved, has changed or is gone.

import { showFault } from "./phone.js";
import { ClassChoice } from "./phone-class.js";
import { Draft, saveOnLeaving } from "./phone-draft.js";
import { PhotoStrip } from "./phone-photos.js";
import { Place } from "./phone-place.js";
import { aroundOffline, componentsNear } from "./phone-places.js";
import { handOver, me, say, words } from "./phone-shell.js";

const LOOK_AFTER_MS = 250;
const AROUND_M = 40;
const MOST_AROUND = 5;
const FIELDS = ["lon", "lat", "accuracy", "component", "problem_class", "name", "found_state", "words"];
const isComponent = ({ kind }) => kind === "component";

const form = document.getElementById("survey");
const map = document.getElementById("place-map");
const around = document.getElementById("around");
const classBox = document.getElementById("class-box");
let lookTimer = 0;
let about = ""; // what is being told of, for the list of what is unsent

const kind = () => form.elements.kind.value;

const choice = new ClassChoice(form.problem_class, document.getElementById("chips"), document.getElementById("class-q"), document.getElementById("class-list"), () => draft.changed());
const draft = new Draft(me, "survey", () => ({
  title: (kind() === "new" ? choice.name : about) || "",
  detail: form.querySelector('input[name="kind"]:checked + i + b').textContent,
  fields: fields(),
}));
const place = new Place(form, map, () => {
  draft.changed();
  clearTimeout(lookTimer);
  lookTimer = setTimeout(look, LOOK_AFTER_MS);
});
const strip = new PhotoStrip(form.querySelector("[data-photos]"), draft, words, showFault);

function fields() {
  const said = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value.trim()]));
  if (kind() === "new") said.component = "";
  else said.problem_class = "";
  return { ...said, kind: kind() };
}

form.addEventListener("input", () => draft.changed());
form.addEventListener("change", ({ target }) => {
  if (target.name === "kind") showKind();
});
saveOnLeaving(draft);

function showKind() {
  const isNew = kind() === "new";
  classBox.hidden = !isNew;
  document.getElementById("which").hidden = isNew;
  document.getElementById("state-box").hidden = kind() === "moved" || isNew;
  for (const option of form.found_state.options) option.hidden = option.disabled = option.dataset.gone !== undefined && (option.dataset.gone === "1") !== (kind() === "gone");
  if (form.found_state.selectedOptions[0]?.disabled) form.found_state.value = "";
  draft.changed();
}

/** The register's components around the pin, to say which one it is. A place that is moved to chooses nothing else. */
async function look() {
  if (!place.at) return;
  const ground = await aroundOffline(place.at.lon, place.at.lat, null);
  document.getElementById("grid").textContent = ground?.grid ? say("in_grid", ground.grid) : ground?.own === false ? words.not_own_grid : "";
  const found = (await componentsNear(place.at.lon, place.at.lat, null, AROUND_M)).slice(0, MOST_AROUND);
  const chosen = form.component.value || form.dataset.component || "";
  if (chosen && !found.some(({ code }) => code === chosen)) found.unshift({ code: chosen, name: about, metres: null });
  document.getElementById("none-around").hidden = Boolean(found.length);
  around.replaceChildren(
    ...found.map((one) => {
      const chip = Object.assign(document.createElement("button"), { type: "button", className: "chip" });
      chip.textContent = `${one.name} …${one.code.slice(-4)}${one.metres === null ? "" : ` · ${say("metres", one.metres)}`}`;
      chip.setAttribute("aria-pressed", String(one.code === chosen));
      chip.addEventListener("click", () => choose(one));
      return chip;
    }),
  );
}

function choose({ code, name }) {
  form.dataset.component = form.component.value = code;
  about = name;
  draft.changed();
  look();
}

// The place may be picked anew after the component was chosen: it stays chosen.
map.addEventListener("place-picked", () => (form.component.value = form.dataset.component ?? ""));

async function restore() {
  await choice.fill(isComponent);
  if (await draft.open(location.hash.slice(1))) {
    const { fields: said, title, refusal } = draft.held;
    form.elements.kind.value = said.kind;
    for (const name of ["name", "found_state", "words"]) form.elements[name].value = said[name] ?? "";
    if (said.problem_class) await choice.chooseId(said.problem_class);
    form.dataset.component = said.component ?? "";
    about = title;
    place.restore({ ...said, component: "" });
    form.component.value = said.component ?? "";
    await strip.show();
    if (refusal) showFault([refusal.message, refusal.hint].filter(Boolean).join(" "));
  }
  showKind();
}

document.getElementById("class-q").addEventListener("focus", () => choice.search(isComponent));
document.getElementById("class-list").addEventListener("class-found", () => document.getElementById("class-list").replaceChildren());

function lacking() {
  if (!form.lon.value) return words.no_place;
  if (kind() === "new" ? !form.problem_class.value : !form.component.value) return kind() === "new" ? words.no_class : words.no_component;
  return strip.count ? "" : words.no_photo;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = document.getElementById("send");
  button.disabled = true;
  form.component.value ||= form.dataset.component ?? "";
  await strip.settled();
  const fault = lacking();
  showFault(fault);
  if (fault) {
    button.disabled = false;
    return;
  }
  button.textContent = words.sending;
  await handOver(draft);
  location.assign("/phone/");
});

restore().finally(() => (form.dataset.ready = ""));
