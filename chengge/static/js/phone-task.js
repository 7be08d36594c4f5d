// A verify or check walk: the way there, photos from the spot, and the result.

import { freshKey, onPosition, phoneWords, send, showFault } from "./phone.js";
import { PhotoStrip } from "./phone-photos.js";

const words = phoneWords();
const form = document.getElementById("task");
const map = document.getElementById("way-map");
const note = document.getElementById("position");
const strip = new PhotoStrip(form.querySelector("[data-photos]"), words);

form.key.value = freshKey();
note.textContent = words.waiting;

let shown = false;
onPosition((at) => {
  if (!at) {
    note.textContent = words.no_position;
    // Without a position the inspector marks on the map where they stand.
    map.setAttribute("data-pick", "");
    return;
  }
  setStanding(at.lon, at.lat, at.accuracy);
  note.textContent = words.accuracy.replace("%s", Math.round(at.accuracy));
});

map.addEventListener("place-picked", ({ detail }) => {
  setStanding(detail.lon, detail.lat, null);
  note.textContent = words.by_hand;
});

function setStanding(lon, lat, accuracy) {
  form.lon.value = lon.toFixed(6);
  form.lat.value = lat.toFixed(6);
  form.accuracy.value = accuracy === null ? "" : Math.round(accuracy * 10) / 10;
  if (shown && accuracy !== null) return;
  shown = true;
  map.ready.then(() => (map.dataset.from = `${lon},${lat}`));
}

const reason = document.getElementById("reason");
for (const chip of form.querySelectorAll("[data-reason]")) {
  chip.addEventListener("click", () => {
    const said = reason.value.trim();
    reason.value = said ? `${said}；${chip.dataset.reason}` : chip.dataset.reason;
    reason.focus();
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter;
  if (!button?.value) return;
  const fault = !strip.count
    ? words.no_photo
    : button.hasAttribute("data-needs-reason") && !reason.value.trim()
      ? words.no_reason
      : !form.lon.value
        ? words.no_place
        : "";
  showFault(fault);
  if (fault) return;
  const label = button.textContent;
  const buttons = [...form.querySelectorAll('button[name="action"]')];
  for (const one of buttons) one.disabled = true;
  button.textContent = words.sending;
  if (!(await strip.settled())) showFault(words.upload_failed);
  else if (await send(form, { action: button.value })) return;
  for (const one of buttons) one.disabled = false;
  button.textContent = label;
});
