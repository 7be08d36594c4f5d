// What every page needs: CSRF for htmx, menus that close, widths without inline styles, notes, forms, photos, countdowns.
import "./countdown.js";
import { csrfToken } from "./csrf.js";
import "./dialogs.js";
import "./fields.js";
import "./gallery.js";
import { note } from "./notes.js";
import { reach } from "./reach.js";
import { setWidths } from "./widths.js";
import { word } from "./words.js";

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
  // The token in the form may be older than the session, if somebody signed in again in another tab.
  event.detail.parameters.delete?.("csrfmiddlewaretoken");
  delete event.detail.parameters.csrfmiddlewaretoken;
});

for (const finish of [setWidths, reach]) {
  finish(document);
  document.addEventListener("htmx:load", (event) => finish(event.detail.elt));
}
addEventListener("resize", () => reach(document));

// A row of pages that is longer than a phone is wide begins at the page that is open.
for (const open of document.querySelectorAll(".top .tabs .on, .sections [aria-current]")) {
  const row = open.parentElement;
  row.scrollLeft = open.offsetLeft - row.offsetLeft - (row.clientWidth - open.offsetWidth) / 2;
}

for (const kind of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(kind, () => note(word("failed")));
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target) || event.target.closest("[hx-get]")) menu.open = false;
  }
  event.target.closest("[data-dismiss]")?.closest(".note").remove();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopImmediatePropagation();
  }
});
