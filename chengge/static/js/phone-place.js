// The place on a phone's form: the best position of the first seconds, a pin to drag, and the component that it sticks to.

import { BestFix, COARSE_M } from "./phone-fix.js";
import { onPosition } from "./phone.js";
import { say, words } from "./phone-shell.js";

const NEAR_ZOOM = 17.5;

export class Place {
  /**
   * @param {HTMLFormElement} form with lon, lat, accuracy and component
   * @param {CityMap} map
   * @param {() => void} changed the place is another
   */
  constructor(form, map, changed) {
    Object.assign(this, { form, map, changed, note: document.getElementById("position") });
    this.at = null; // {lon, lat, accuracy}; accuracy null: placed by hand
    this.byHand = false;
    this.snapped = null;
    this.fixes = new BestFix();
    this.note.textContent = words.waiting;
    onPosition((fix) => this.#hear(fix));
    map.addEventListener("place-picked", ({ detail }) => this.pick(detail.lon, detail.lat));
    document.getElementById("here").addEventListener("click", () => this.standHere());
  }

  /** A place that was kept with a draft. */
  restore({ lon, lat, accuracy, component }) {
    if (!lon) return;
    this.byHand = true; // it was chosen when the draft was made: where the phone is by now says nothing
    this.snapped = component ? { code: component } : null;
    this.#set(Number(lon), Number(lat), accuracy ? Number(accuracy) : null, true);
  }

  pick(lon, lat) {
    this.byHand = true;
    this.snapped = null;
    this.#set(lon, lat, null);
  }

  standHere() {
    this.byHand = false;
    this.snapped = null;
    const best = this.latest ?? this.fixes.best;
    this.fixes.restart();
    if (best) {
      this.fixes.hear(best);
      this.#set(best.lon, best.lat, best.accuracy, true);
    } else this.note.textContent = words.waiting;
  }

  snap(component) {
    this.snapped = component;
    this.#set(component.lon, component.lat, this.at?.accuracy ?? null);
  }

  unsnap() {
    this.snapped = null;
    this.#set(this.at.lon, this.at.lat, this.at.accuracy);
  }

  #hear(fix) {
    if (!fix) {
      if (!this.at) this.note.textContent = words.no_position;
      return;
    }
    this.latest = fix;
    if (!this.fixes.hear(fix) || this.byHand || this.snapped) return;
    this.#set(fix.lon, fix.lat, fix.accuracy, !this.at);
  }

  #set(lon, lat, accuracy, fly = false) {
    this.at = { lon, lat, accuracy };
    this.form.lon.value = lon.toFixed(6);
    this.form.lat.value = lat.toFixed(6);
    this.form.accuracy.value = accuracy === null ? "" : Math.round(accuracy * 10) / 10;
    this.form.component.value = this.snapped?.code ?? "";
    this.map.dataset.accuracy = accuracy ?? "";
    this.map.dataset.point = `${lon.toFixed(6)},${lat.toFixed(6)}`;
    if (fly) this.map.ready?.then(() => this.map.flyTo(lon, lat, NEAR_ZOOM));
    this.#tell();
    this.changed();
  }

  #tell() {
    const { accuracy } = this.at;
    const coarse = accuracy !== null && accuracy > COARSE_M && !this.snapped;
    const how = accuracy === null ? words.by_hand : say(coarse ? "coarse" : "accuracy", Math.round(accuracy));
    this.note.textContent = this.snapped ? `${how} · ${say("snapped", this.snapped.code.slice(-4))}` : how;
    this.note.classList.toggle("coarse", coarse);
  }
}
