// Where the inspector on duty has been: kept on the phone, sent in batches. Often while walking and charged, seldom while standing or low.

import { csrfToken } from "./csrf.js";
import { addFix, dropFixes, fixesOf } from "./phone-store.js";
import { metresBetween } from "./city-map-style.js";

const STILL_M = 8;
const STILL_EVERY_MS = 60_000;
const WALKING_EVERY_MS = 5000;
const BATCH = 500;
const SEND_MS = { often: 10_000, usual: 30_000, seldom: 60_000 };
const LOW_BATTERY = 0.2;

export class Track {
  #target;
  #member;
  #kept = null;
  #keptAt = 0;
  #movedAt = 0;
  #battery = null;

  constructor(target, member) {
    this.#target = target;
    this.#member = member;
    navigator.getBattery?.().then((battery) => (this.#battery = battery), () => {});
    setTimeout(() => this.#send(), SEND_MS.often);
  }

  /** Keep a position if it tells something new. */
  hear({ lon, lat, accuracy }, at = Date.now()) {
    const moved = !this.#kept || metresBetween([this.#kept.lon, this.#kept.lat], [lon, lat]) > Math.max(STILL_M, accuracy / 2);
    if (at - this.#keptAt < (moved ? WALKING_EVERY_MS : STILL_EVERY_MS)) return;
    this.#kept = { lon, lat };
    this.#keptAt = at;
    if (moved) this.#movedAt = at;
    addFix(this.#member, [Math.round(at / 1000), Number(lon.toFixed(6)), Number(lat.toFixed(6)), Math.round(accuracy * 10) / 10]).catch(() => {});
  }

  #pause() {
    const { level = 1, charging = true } = this.#battery ?? {};
    if (!charging && level < LOW_BATTERY) return SEND_MS.seldom;
    if (Date.now() - this.#movedAt > 2 * STILL_EVERY_MS) return SEND_MS.seldom;
    return charging || level > 0.5 ? SEND_MS.often : SEND_MS.usual;
  }

  async #send() {
    try {
      const kept = await fixesOf(this.#member, BATCH);
      if (kept.length && navigator.onLine && (await this.#accepted(kept))) await dropFixes(kept.map(({ id }) => id));
    } catch {
      // No network: they wait.
    }
    setTimeout(() => this.#send(), this.#pause());
  }

  /** Whether these positions need not be sent again: they arrived, or the house does not want them. */
  async #accepted(kept) {
    const answer = await fetch(this.#target, {
      method: "POST",
      body: JSON.stringify({ fixes: kept.map(({ fix }) => fix) }),
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), Accept: "application/json" },
      signal: AbortSignal.timeout(SEND_MS.usual),
    });
    return (answer.ok && !answer.redirected) || answer.status === 400 || answer.status === 409;
  }
}
