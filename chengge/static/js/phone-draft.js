// The draft behind a form: begun with the first photo or word, kept on the phone with every change, handed to the queue at the end.

import { amend, begin, enqueue, item, takeBack } from "./phone-store.js";

const SAVE_EVERY_MS = 250;

export class Draft {
  #whose;
  #kind;
  #begun = null;
  #timer = 0;
  #again = false;
  #handed = false;
  #held = null;
  #read;

  /**
   * @param {{member: number, name: string}} whose
   * @param {string} kind
   * @param {() => {title: string, detail: string, fields: Object, kind?: string}} read what the form says now
   */
  constructor(whose, kind, read) {
    this.#whose = whose;
    this.#kind = kind;
    this.#read = read;
  }

  get files() {
    return this.#held?.files ?? [];
  }

  get key() {
    return this.#held?.key ?? "";
  }

  get held() {
    return this.#held;
  }

  /** Go on with what lies on the phone under `key`, if it is this member's and can still be changed. Answers whether it is. */
  async open(key) {
    const found = key ? await item(key) : null;
    if (!found || found.member !== this.#whose.member || !["draft", "refused", "waiting"].includes(found.state)) return false;
    if (found.state === "waiting" && !(await takeBack(key))) return false;
    this.#held = await item(key);
    this.#begun = Promise.resolve(this.#held.key);
    return true;
  }

  /** Do something with the draft's key, beginning the draft if there is none; what it holds is read again afterwards. */
  async with(work) {
    this.#begun ??= begin(this.#whose, this.#kind, this.#read()).then((begun) => {
      this.#held = begun;
      // Opened anew, the page goes on with this one.
      history.replaceState(null, "", `#${begun.key}`);
      return begun.key;
    });
    const key = await this.#begun;
    const result = await work(key);
    this.#held = (await item(key)) ?? this.#held;
    return result;
  }

  /** The form changed: keep it at once, and while typing goes on now and then. An empty form begins no draft. */
  changed() {
    if (this.#timer) {
      this.#again = true;
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      if (this.#again) this.changed();
      this.#again = false;
    }, SAVE_EVERY_MS);
    this.save();
  }

  async save() {
    if (!this.#begun || this.#handed) return;
    await this.with((key) => amend(key, (one) => Object.assign(one, this.#read())));
  }

  /** Keep the draft whatever it holds, and hand it to the queue. */
  async hand() {
    this.#handed = true;
    await this.with((key) => amend(key, (one) => Object.assign(one, this.#read())));
    await enqueue(this.key);
  }
}

// A page that is left keeps what was typed last.
export function saveOnLeaving(draft) {
  addEventListener("change", () => draft.save());
  addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") draft.save();
  });
  addEventListener("pagehide", () => draft.save());
}
