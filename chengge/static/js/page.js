// What every page needs: CSRF for htmx, menus that close, widths without inline styles, notes.
import { csrfToken } from "./csrf.js";
import { word } from "./words.js";

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});

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
  close.setAttribute("aria-label", word("close"));
  close.textContent = "×";
  close.addEventListener("click", () => line.remove());
  line.append(close);
  place.replaceChildren(line);
  if (kind !== "error") setTimeout(() => line.remove(), 6000);
}

function setWidths(root) {
  for (const bar of root.querySelectorAll("[data-width]")) bar.style.width = `${bar.dataset.width}%`;
}
setWidths(document);
document.addEventListener("htmx:load", (event) => setWidths(event.detail.elt));

for (const kind of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(kind, () => note(word("failed")));
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
