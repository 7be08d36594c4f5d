// A strip of photos: each is drawn anew and kept on the phone as soon as it is taken; the queue sends it.

import { Unreadable, shrink } from "./phone-shrink.js";
import { NoRoom, addFile, blobOf, removeFile } from "./phone-store.js";

export class PhotoStrip {
  /**
   * @param {HTMLElement} place the `.shots` element; `data-photos` names the part they play
   * @param {Draft} draft what they belong to
   * @param {Object<string, string>} words
   * @param {(text: string) => void} complain says what went wrong
   */
  constructor(place, draft, words, complain) {
    Object.assign(this, { place, draft, words, complain });
    this.role = place.dataset.photos;
    this.going = Promise.resolve();
    for (const input of place.querySelectorAll('input[type="file"]')) {
      input.addEventListener("change", () => this.take(input));
      if (input.files.length) this.take(input); // chosen while this script was still on its way
    }
  }

  get count() {
    return this.draft.files.filter(({ role }) => role === this.role).length;
  }

  /** Show what the draft holds already. */
  async show() {
    for (const figure of this.place.querySelectorAll(".shot")) figure.remove();
    for (const file of this.draft.files.filter(({ role }) => role === this.role)) {
      const blob = await blobOf(file.key);
      if (blob) this.put(file, blob);
    }
  }

  /** Settles when everything chosen is kept. */
  settled() {
    return this.going;
  }

  take(input) {
    const files = [...input.files];
    input.value = "";
    // One after another: ten pictures at once are more than a small phone can draw.
    for (const file of files) this.going = this.going.then(() => this.keep(file)).catch(() => {});
  }

  async keep(file) {
    const figure = document.createElement("div");
    figure.className = "shot shot-going";
    this.place.insertBefore(figure, this.place.querySelector(".shot-add"));
    try {
      const drawn = await shrink(file);
      const kept = await this.draft.with((key) => addFile(key, this.role, drawn));
      this.put(kept, drawn, figure);
    } catch (error) {
      figure.remove();
      if (error instanceof Unreadable) this.complain(this.words.unreadable);
      else if (error instanceof NoRoom) this.complain(this.words.full);
      else throw error;
    }
  }

  put(file, blob, figure = null) {
    const shown = figure ?? document.createElement("div");
    shown.className = "shot";
    shown.dataset.file = file.key;
    const picture = document.createElement("img");
    picture.alt = "";
    picture.src = URL.createObjectURL(blob);
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
    const away = document.createElement("button");
    away.type = "button";
    away.className = "shot-away";
    away.setAttribute("aria-label", this.words.remove);
    away.textContent = "×";
    away.addEventListener("click", async () => {
      shown.remove();
      await this.draft.with((key) => removeFile(key, file.key));
    });
    shown.replaceChildren(picture, away);
    if (!figure) this.place.insertBefore(shown, this.place.querySelector(".shot-add"));
  }
}
