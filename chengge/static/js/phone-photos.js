// A strip of photos: each goes up as soon as it is taken, so that sending the report takes no time.

import { csrfToken } from "./csrf.js";

export class PhotoStrip {
  /**
   * @param {HTMLElement} place the `.shots` element; `data-photos` names the field, `data-upload` the address
   * @param {Object<string, string>} words
   * @param {() => void} changed called when a photo came, went up, or was taken away
   */
  constructor(place, words, changed = () => {}) {
    this.place = place;
    this.words = words;
    this.changed = changed;
    this.going = new Set();
    for (const input of place.querySelectorAll('input[type="file"]')) {
      input.addEventListener("change", () => this.take(input));
      this.take(input); // chosen while this script was still on its way
    }
  }

  get count() {
    return this.place.querySelectorAll(".shot").length;
  }

  get uploaded() {
    return this.place.querySelectorAll('.shot input[type="hidden"]').length;
  }

  /** Settles when nothing is on its way any more; tells whether every photo arrived. */
  async settled() {
    await Promise.all(this.going);
    return this.uploaded === this.count;
  }

  take(input) {
    for (const file of input.files) this.add(file);
    input.value = "";
  }

  add(file) {
    const figure = document.createElement("div");
    figure.className = "shot shot-going";
    const picture = document.createElement("img");
    picture.alt = file.name;
    const address = URL.createObjectURL(file);
    picture.src = address;
    const state = document.createElement("button");
    state.type = "button";
    state.className = "shot-state";
    state.textContent = this.words.uploading;
    state.disabled = true;
    const away = document.createElement("button");
    away.type = "button";
    away.className = "shot-away";
    away.setAttribute("aria-label", this.words.remove);
    away.textContent = "×";
    away.addEventListener("click", () => {
      figure.remove();
      this.changed();
    });
    state.addEventListener("click", () => this.upload(figure, file, picture, address, state));
    figure.append(picture, state, away);
    this.place.insertBefore(figure, this.place.querySelector(".shot-add"));
    this.upload(figure, file, picture, address, state);
  }

  upload(figure, file, picture, address, state) {
    const going = this.put(figure, file, picture, address, state).finally(() => {
      this.going.delete(going);
      this.changed();
    });
    this.going.add(going);
    this.changed();
  }

  async put(figure, file, picture, address, state) {
    figure.className = "shot shot-going";
    state.disabled = true;
    state.hidden = false;
    state.textContent = this.words.uploading;
    const body = new FormData();
    body.set("photo", file);
    try {
      const answer = await fetch(this.place.dataset.upload, {
        method: "POST",
        body,
        headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
      });
      const said = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Error(said.message ?? this.words.upload_failed);
      const kept = document.createElement("input");
      kept.type = "hidden";
      kept.name = this.place.dataset.photos;
      kept.value = said.sha256;
      figure.append(kept);
      figure.className = "shot";
      state.hidden = true;
      // What the browser cannot show itself (HEIC) is shown as the house keeps it.
      if (!picture.naturalWidth && picture.complete) picture.src = said.thumb;
      else URL.revokeObjectURL(address);
    } catch (error) {
      figure.className = "shot shot-failed";
      state.disabled = false;
      state.textContent = error instanceof TypeError ? this.words.upload_failed : error.message;
    }
  }
}
