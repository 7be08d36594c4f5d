// What forms can do beyond plain fields: usual reasons, photos sent at once, places found or marked, classes looked up.
import { csrfToken } from "./csrf.js";
import { word } from "./words.js";

// --- Usual reasons ----------------------------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-fill]");
  if (!chip) return;
  const field = document.getElementById(chip.dataset.fill);
  field.value = chip.textContent;
  field.focus();
});

// --- Photos -----------------------------------------------------------------------------------------------------------
function shown(photo) {
  const item = document.createElement("li");
  const image = Object.assign(document.createElement("img"), { src: photo.thumb, alt: "" });
  const kept = Object.assign(document.createElement("input"), { type: "hidden", name: "photos", value: photo.sha256 });
  const drop = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  drop.dataset.drop = "";
  drop.setAttribute("aria-label", word("remove_photo"));
  item.append(image, kept, drop);
  return item;
}

async function send(file) {
  const body = new FormData();
  body.append("photo", file);
  const answer = await fetch("/photos/", { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error([said.message, said.hint].filter(Boolean).join(" ") || word("failed"));
  return said;
}

document.addEventListener("change", async (event) => {
  const input = event.target;
  const field = input.closest?.("[data-photo-field]");
  if (!field || input.type !== "file") return;
  const state = field.querySelector("[data-state]");
  const files = [...input.files];
  input.value = "";
  field.dataset.sending = "";
  const refused = [];
  for (const [index, file] of files.entries()) {
    state.textContent = `${word("uploading")} ${index + 1}/${files.length}`;
    try {
      field.querySelector(".taken").append(shown(await send(file)));
    } catch (error) {
      refused.push(`${file.name}: ${error.message}`);
    }
  }
  delete field.dataset.sending;
  state.textContent = refused.join(" ");
  state.classList.toggle("text-red", refused.length > 0);
});

document.addEventListener("click", (event) => {
  const drop = event.target.closest("[data-drop]");
  if (!drop) return;
  const field = drop.closest("[data-photo-field]");
  drop.closest("li").remove();
  field.querySelector("input[type=file]").focus();
});

// --- Places -----------------------------------------------------------------------------------------------------------
function mark(field, lon, lat) {
  field.querySelector("[name=lon]").value = lon;
  field.querySelector("[name=lat]").value = lat;
  const told = field.querySelector("[data-marked]");
  told.textContent = word("marked");
  told.classList.add("text-green");
  field.closest("form")?.dispatchEvent(new CustomEvent("place-known"));
}

document.addEventListener("place-picked", (event) => {
  const field = event.target.closest("[data-place-field]");
  if (!field) return;
  const { lon, lat } = event.detail;
  mark(field, lon.toFixed(7), lat.toFixed(7));
  field.querySelector("[name=component_code]").value = "";
});

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.hasAttribute("data-place-search")) event.detail.parameters = { q: event.detail.elt.value };
});

document.addEventListener("click", (event) => {
  const found = event.target.closest(".found-one[data-lon]");
  const field = found?.closest("[data-place-field]");
  if (!field) return;
  mark(field, found.dataset.lon, found.dataset.lat);
  field.querySelector("[name=component_code]").value = found.dataset.component ?? "";
  const text = field.querySelector("[name=place]");
  text.value = found.dataset.name;
  field.querySelector(".found").replaceChildren();
  const map = field.querySelector("city-map");
  if (map) {
    map.dataset.point = `${found.dataset.lon},${found.dataset.lat}`;
    map.map?.easeTo({ center: [Number(found.dataset.lon), Number(found.dataset.lat)], zoom: 16 });
  }
  text.focus();
});

// --- Classes ----------------------------------------------------------------------------------------------------------
// A class that the words point to, chosen by one tap.
document.addEventListener("click", (event) => {
  const chip = event.target.closest(".suggested [data-class]");
  const form = chip?.closest("form");
  if (!form) return;
  form.querySelector("[name=problem_class_id]").value = chip.dataset.class;
  form.querySelector("[data-picked]").textContent = chip.dataset.name;
  form.querySelector("[data-none]").hidden = true;
  for (const other of chip.parentElement.querySelectorAll("[data-class]")) other.setAttribute("aria-pressed", String(other === chip));
  form.dispatchEvent(new CustomEvent("place-known"));
});

document.addEventListener("click", (event) => {
  const found = event.target.closest(".found-one[data-class]");
  const field = found?.closest("[data-class-field]");
  if (!field) return;
  field.querySelector("[name=problem_class_id]").value = found.dataset.class;
  field.querySelector("[data-picked]").textContent = found.dataset.name;
  field.querySelector("[data-none]").hidden = true;
  field.querySelector(".found").replaceChildren();
  const search = field.querySelector("input[type=search]");
  search.value = "";
  search.focus();
});

// Once the conditions of another class are shown, its search is done with.
document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.detail.target.matches?.("fieldset.choices")) return;
  const lookUp = event.detail.target.nextElementSibling;
  lookUp?.querySelector(".found")?.replaceChildren();
  event.detail.target.querySelector("input[type=radio]")?.focus();
});

// In a list of found things the arrow keys move, and Enter in the search takes the first.
document.addEventListener("keydown", (event) => {
  const inside = event.target.closest?.("[data-class-field], [data-place-field], .look-up");
  if (!inside) return;
  const ones = [...inside.querySelectorAll(".found-one")];
  if (event.key === "Enter" && event.target.type === "search") {
    event.preventDefault();
    ones[0]?.click();
    return;
  }
  if (!ones.length || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault();
  const at = ones.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  (ones[at] ?? inside.querySelector("input[type=search]")).focus();
});

// --- Nothing typed is lost --------------------------------------------------------------------------------------------
for (const form of document.querySelectorAll("form[data-guard]")) {
  let touched = false;
  form.addEventListener("input", () => { touched = true; });
  form.addEventListener("submit", () => { touched = false; });
  window.addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });
}
