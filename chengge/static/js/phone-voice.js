// A voice note beside the photos: at most a minute, heard before it is sent, kept on the phone like a photo.

import { NoRoom, addFile, blobOf, removeFile } from "./phone-store.js";

const MOST_SECONDS = 60;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS_PER_SECOND = 32_000;

export class VoiceNote {
  #recorder = null;
  #timer = 0;

  /**
   * @param {HTMLElement} button `[data-voice]`; `spoken` is where the note is heard
   * @param {Draft} draft
   */
  constructor(button, spoken, draft, words, complain) {
    Object.assign(this, { button, spoken, draft, words, complain, label: button.querySelector("span") });
    this.plain = this.label.textContent;
    button.hidden = !(navigator.mediaDevices?.getUserMedia && globalThis.MediaRecorder);
    button.addEventListener("click", () => (this.#recorder ? this.#recorder.stop() : this.record()));
  }

  get file() {
    return this.draft.files.find(({ role }) => role === "voice") ?? null;
  }

  /** Show what the draft holds already. */
  async show() {
    const blob = this.file && (await blobOf(this.file.key));
    if (blob) this.#put(this.file, blob);
  }

  /** Settles when a note that is being spoken is ended and kept. */
  async settled() {
    if (!this.#recorder) return;
    const stopped = new Promise((resolve) => (this.kept = resolve));
    this.#recorder.stop();
    await stopped;
  }

  async record() {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true } });
    } catch {
      this.complain(this.words.voice_denied);
      return;
    }
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    const recorder = (this.#recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_SECOND }));
    const pieces = [];
    recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    recorder.addEventListener("stop", () => {
      for (const piece of stream.getTracks()) piece.stop();
      this.#ended(new Blob(pieces, { type: (mimeType ?? "audio/webm").split(";")[0] }));
    });
    recorder.start();
    this.#count(0);
  }

  #count(seconds) {
    if (seconds >= MOST_SECONDS) {
      this.#recorder.stop();
      return;
    }
    this.button.classList.add("shot-recording");
    this.label.textContent = this.words.voice_stop.replace("%s", seconds);
    this.#timer = setTimeout(() => this.#count(seconds + 1), 1000);
  }

  async #ended(blob) {
    clearTimeout(this.#timer);
    this.#recorder = null;
    this.button.classList.remove("shot-recording");
    this.label.textContent = this.plain;
    try {
      if (this.file) await this.draft.with((key) => removeFile(key, this.file.key));
      const file = await this.draft.with((key) => addFile(key, "voice", blob));
      this.#put(file, blob);
    } catch (error) {
      if (!(error instanceof NoRoom)) throw error;
      this.complain(this.words.full);
    }
    this.kept?.();
  }

  #put(file, blob) {
    const player = Object.assign(document.createElement("audio"), { controls: true, src: URL.createObjectURL(blob) });
    const away = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: "×" });
    away.setAttribute("aria-label", this.words.voice_remove);
    away.addEventListener("click", async () => {
      URL.revokeObjectURL(player.src);
      this.spoken.hidden = true;
      this.spoken.replaceChildren();
      await this.draft.with((key) => removeFile(key, file.key));
    });
    this.spoken.replaceChildren(player, away);
    this.spoken.hidden = false;
  }
}
