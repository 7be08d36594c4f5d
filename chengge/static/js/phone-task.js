// A verify or check walk: the way there, photos from the spot, and the result.

import { onPosition, showFault } from "./phone.js";
import { Draft, saveOnLeaving } from "./phone-draft.js";
import { PhotoStrip } from "./phone-photos.js";
import { handOver, me, say, words } from "./phone-shell.js";
import { unsentOf } from "./phone-store.js";
import { VoiceNote } from "./phone-voice.js";

const form = document.getElementById("task");
const map = document.getElementById("way-map");
const note = document.getElementById("position");
const { task, kind, title, detail } = form.dataset;
let chosen = "";
let shown = false;

const draft = new Draft(me, kind, () => ({
  title,
  detail,
  fields: {
    task, action: chosen, lon: form.lon.value, lat: form.lat.value, accuracy: form.accuracy.value, seen: form.seen.value, reason: form.reason.value.trim(),
  },
}));
const strip = new PhotoStrip(form.querySelector("[data-photos]"), draft, words, showFault);
const voice = new VoiceNote(form.querySelector("[data-voice]"), form.querySelector("[data-spoken]"), draft, words, showFault);

note.textContent = words.waiting;
onPosition((at) => {
  if (!at) {
    note.textContent = words.no_position;
    // Without a position the inspector marks on the map where they stand.
    map.setAttribute("data-pick", "");
    return;
  }
  setStanding(at.lon, at.lat, at.accuracy);
  note.textContent = say("accuracy", Math.round(at.accuracy));
});

map.addEventListener("place-picked", ({ detail: at }) => {
  setStanding(at.lon, at.lat, null);
  note.textContent = words.by_hand;
});

function setStanding(lon, lat, accuracy) {
  form.lon.value = lon.toFixed(6);
  form.lat.value = lat.toFixed(6);
  form.accuracy.value = accuracy === null ? "" : Math.round(accuracy * 10) / 10;
  if (shown && accuracy !== null) return;
  shown = true;
  map.ready?.then(() => (map.dataset.from = `${lon},${lat}`));
}

for (const chip of form.querySelectorAll("[data-reason]")) {
  chip.addEventListener("click", () => {
    const said = form.reason.value.trim();
    form.reason.value = said ? `${said}；${chip.dataset.reason}` : chip.dataset.reason;
    form.reason.focus();
    draft.changed();
  });
}
form.addEventListener("input", () => draft.changed());
saveOnLeaving(draft);

/** A walk has one result: what was begun for it before is gone on with. */
async function restore() {
  const begun = (await unsentOf(me.member)).find(({ fields, kind: of }) => of === kind && fields.task === task);
  if (!begun) return;
  if (!(await draft.open(begun.key))) {
    // It waits and may be on its way already: a second result would contradict it.
    showFault(words.answered);
    for (const button of form.querySelectorAll('button[name="action"]')) button.disabled = true;
    return;
  }
  const { fields, refusal } = draft.held;
  form.reason.value = fields.reason ?? "";
  if (!form.lon.value && fields.lon) setStanding(Number(fields.lon), Number(fields.lat), Number(fields.accuracy) || null);
  await Promise.all([strip.show(), voice.show()]);
  if (refusal) showFault([refusal.message, refusal.hint].filter(Boolean).join(" "));
}

function lacking(button) {
  if (!strip.count) return words.no_photo;
  if (button.hasAttribute("data-needs-reason") && !form.reason.value.trim()) return words.no_reason;
  return form.lon.value ? "" : words.no_place;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter;
  if (!button?.value) return;
  showFault("");
  await Promise.all([strip.settled(), voice.settled()]);
  const fault = lacking(button);
  showFault(fault);
  if (fault) return;
  for (const one of form.querySelectorAll('button[name="action"]')) one.disabled = true;
  button.textContent = words.sending;
  chosen = button.value;
  await handOver(draft);
  location.assign("/phone/");
});

restore().finally(() => (form.dataset.ready = ""));
