// Photos of a report: made smaller here, so that they arrive quickly, and sent at once, so that no refusal loses them.

import { csrfToken } from "./csrf.js";

const LONG_SIDE = 2048;
const THUMB_SIDE = 160;
const QUALITY = 0.85;

async function drawn(bitmap, side, quality) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return { canvas, blob: await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality)) };
}

export class Photos {
  #list;
  #add;
  #input;
  #url;
  #most;
  #words;
  #changed;
  #going = new Set();
  #count = 0;

  constructor(list, { url, most, words, changed, fault }) {
    this.#list = list;
    this.#add = list.querySelector(".shot-add");
    this.#input = list.querySelector("input[type=file]");
    this.#url = url;
    this.#most = most;
    this.#words = words;
    this.#changed = changed;
    this.fault = fault;
    for (const item of list.querySelectorAll(".shot")) this.#giveButton(item);
    this.#input.addEventListener("change", () => this.#chosen());
  }

  /** What has arrived: references with small pictures. */
  get kept() {
    return [...this.#list.querySelectorAll("input[name=photos]")].map((field) => ({ reference: field.value, thumb: field.dataset.thumb ?? "" }));
  }

  /** Resolves when nothing is on its way any more. */
  settled() {
    return Promise.allSettled([...this.#going]);
  }

  restore(photos) {
    for (const { reference, thumb } of photos.slice(0, this.#most)) {
      const item = this.#item(thumb);
      this.#arrived(item, reference, thumb);
    }
    this.#showRoom();
  }

  #chosen() {
    const files = [...this.#input.files];
    this.#input.value = ""; // sent here, so the form need not send them again
    const room = this.#most - this.#list.querySelectorAll(".shot").length;
    this.fault(files.length > room ? this.#words.too_many_photos.replace("%s", this.#most) : "");
    for (const file of files.slice(0, Math.max(0, room))) this.#take(file);
    this.#showRoom();
  }

  async #take(file) {
    const item = this.#item("");
    let sent = file;
    let thumb = "";
    try {
      const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
      sent = (await drawn(bitmap, LONG_SIDE, QUALITY)).blob ?? file;
      thumb = (await drawn(bitmap, THUMB_SIDE, 0.6)).canvas.toDataURL("image/jpeg", 0.6);
      bitmap.close();
    } catch {
      // A kind of picture that this browser cannot draw; the house can.
    }
    if (thumb) item.prepend(Object.assign(document.createElement("img"), { src: thumb, alt: this.#name(item) }));
    const send = () => {
      const going = this.#send(item, sent, thumb);
      this.#going.add(going);
      going.finally(() => this.#going.delete(going));
    };
    item.retry = send;
    send();
  }

  async #send(item, blob, thumb) {
    this.#state(item, "going", this.#words.uploading);
    const body = new FormData();
    body.set("photo", blob, "photo.jpg");
    try {
      const answer = await fetch(this.#url, { method: "POST", body, headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" } });
      const said = await answer.json();
      if (!answer.ok) {
        if (answer.status !== 429) item.remove();
        this.#showRoom();
        this.fault([said.message, said.hint].filter(Boolean).join(" "));
        if (answer.status === 429) throw new Error("429");
        return;
      }
      this.#arrived(item, said.reference, thumb);
    } catch {
      this.#state(item, "failed", this.#words.photo_failed);
    }
  }

  #arrived(item, reference, thumb) {
    item.className = "shot";
    item.querySelector(".shot-state")?.remove();
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "photos", value: reference });
    field.dataset.thumb = thumb;
    item.append(field);
    this.#changed();
  }

  #item(thumb) {
    const item = document.createElement("li");
    item.className = "shot";
    item.number = ++this.#count;
    if (thumb) item.append(Object.assign(document.createElement("img"), { src: thumb, alt: this.#name(item) }));
    this.#giveButton(item);
    this.#add.before(item);
    return item;
  }

  #name(item) {
    return this.#words.photo.replace("%s", item.number);
  }

  #giveButton(item) {
    item.number ??= ++this.#count;
    const away = document.createElement("button");
    away.type = "button";
    away.className = "shot-away";
    away.setAttribute("aria-label", `${this.#words.remove_photo}: ${this.#name(item)}`);
    away.append(document.getElementById("photo-gone").content.cloneNode(true));
    away.addEventListener("click", () => {
      item.remove();
      this.#showRoom();
      this.#changed();
      this.#input.focus();
    });
    item.append(away);
  }

  #state(item, name, text) {
    item.className = `shot shot-${name}`;
    item.querySelector(".shot-state")?.remove();
    const state = Object.assign(document.createElement(name === "failed" ? "button" : "span"), { className: "shot-state", textContent: text });
    if (name === "failed") {
      state.type = "button";
      state.addEventListener("click", () => item.retry());
    }
    item.append(state);
  }

  #showRoom() {
    this.#add.hidden = this.#list.querySelectorAll(".shot").length >= this.#most;
  }
}
