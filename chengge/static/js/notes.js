// Notes in the corner, and words for those who listen to the page.
import { word } from "./words.js";

const SECONDS_SHOWN = 6;

export function say(text) {
  const place = document.getElementById("spoken");
  if (!place) return;
  place.textContent = "";
  requestAnimationFrame(() => { place.textContent = text; });
}

export function note(text, kind = "error") {
  const place = document.getElementById("notes");
  if (!place) return;
  const line = document.createElement("p");
  line.className = `note note-${kind}`;
  line.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", word("close"));
  close.textContent = "×";
  line.append(close);
  place.replaceChildren(line);
  if (kind !== "error") setTimeout(() => line.remove(), SECONDS_SHOWN * 1000);
}
