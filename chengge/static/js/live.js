// Keeps a queue up to date: asks every second or so whether anything moved, and puts in what did, without touching the rest.
import { say } from "./notes.js";
import { word } from "./words.js";

const EVERY_MS = 1000;
const UNSEEN_EVERY_MS = 15000;
const MOST_PAUSE_MS = 20000;

export class Live {
  #rows;
  #readTo;
  #moved;
  #timer = null;
  #asking = null;
  #failures = 0;
  #own = new Set(); // cases this desk has just moved itself: nothing new to be told

  constructor(rows, { moved }) {
    this.#rows = rows;
    this.#readTo = rows.dataset.readTo;
    this.#moved = moved;
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.look(); });
    this.#wait();
  }

  /** A case that this desk moves itself; its next movement is not told. */
  mine(id) {
    if (id) this.#own.add(id);
  }

  /** Ask now. A second call while one is under way asks again after it, so that nothing that has just happened is missed. */
  look() {
    clearTimeout(this.#timer);
    this.#asking = (this.#asking ?? Promise.resolve()).then(() => this.#ask()).then(() => this.#wait());
    return this.#asking;
  }

  #wait() {
    clearTimeout(this.#timer);
    const calm = document.hidden ? UNSEEN_EVERY_MS : EVERY_MS;
    this.#timer = setTimeout(() => this.look(), Math.min(MOST_PAUSE_MS, calm * 2 ** this.#failures));
  }

  async #ask() {
    const address = new URL(this.#rows.dataset.pulse, window.location.href);
    address.searchParams.set("after", this.#readTo);
    address.searchParams.set("shown", this.#rows.querySelectorAll(".item").length);
    const offline = document.getElementById("offline");
    try {
      const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" }, redirect: "manual" });
      document.getElementById("signed-out").hidden = answer.type !== "opaqueredirect";
      if (answer.type === "opaqueredirect") return;
      if (!answer.ok) throw new Error(String(answer.status));
      if (this.#failures > 1) say(word("found"));
      this.#failures = 0;
      offline.hidden = true;
      this.#readTo = answer.headers.get("X-Read-To") ?? this.#readTo;
      if (answer.status === 204) return;
      const ids = (answer.headers.get("X-Moved") ?? "").split(",");
      this.#show(await answer.text());
      const others = ids.filter((id) => !this.#own.delete(id));
      if (others.length) this.#moved(others);
    } catch {
      this.#failures = Math.min(this.#failures + 1, 5);
      if (this.#failures === 2) say(word("lost"));
      offline.hidden = this.#failures < 2;
    }
  }

  /** Put rows, lights and counts in; rows that have not changed stay the very same elements, with their focus and ticks. */
  #show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const known = new Map([...this.#rows.children].map((row) => [row.id, row]));
    const scroll = this.#rows.scrollTop;
    const focused = document.activeElement?.closest?.(".item")?.id;
    const selected = this.#rows.querySelector(".item.on")?.id;
    let arrived = 0;
    const next = [...fresh.querySelectorAll("[data-rows] > li")].map((row) => {
      const old = known.get(row.id);
      if (old && old.dataset.version === row.dataset.version && row.id !== "more") return old;
      const made = document.importNode(row, true);
      if (!old && row.id !== "more") {
        made.classList.add("fresh");
        arrived += 1;
      }
      if (row.id === selected) {
        made.classList.add("on");
        made.querySelector(".row-link").setAttribute("aria-current", "true");
      }
      htmx.process(made);
      return made;
    });
    this.#rows.replaceChildren(...next);
    this.#rows.scrollTop = scroll;
    if (focused) document.querySelector(`#${focused} .row-link`)?.focus({ preventScroll: true });
    document.getElementById("nothing").hidden = next.length > 0;
    for (const id of ["queues", "lights"]) {
      const place = document.getElementById(id);
      const made = fresh.getElementById(id);
      if (place && made) place.replaceChildren(...[...made.childNodes].map((node) => document.importNode(node, true)));
    }
    if (arrived) say(word("moved", { count: arrived }));
    this.#rows.dispatchEvent(new CustomEvent("rows-shown"));
  }
}
