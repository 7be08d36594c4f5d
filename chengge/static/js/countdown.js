// Countdowns: the server says when a clock is due; the page says how long that is, and changes the light.
// `words.span` on the server cuts off the same way.
import { word } from "./words.js";

const SHADES = ["green", "yellow", "red"];

function span(milliseconds) {
  const minutes = Math.floor(Math.abs(milliseconds) / 60000);
  if (minutes < 1) return word("moment");
  if (minutes < 60) return word("minutes", { count: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return word("hours", { count: hours });
  return word("days", { count: Math.floor(hours / 24) });
}

function count() {
  const now = Date.now();
  for (const clock of document.querySelectorAll("time[data-due]")) {
    const due = Number(clock.dataset.due);
    const light = now > due ? "red" : now > Number(clock.dataset.yellow) ? "yellow" : "green";
    const text = word(now > due ? "over" : "left", { span: span(due - now) });
    if (clock.textContent !== text) clock.textContent = text;
    if (clock.classList.contains(`text-${light}`)) continue;
    clock.classList.remove(...SHADES.map((shade) => `text-${shade}`));
    clock.classList.add(`text-${light}`);
    const bar = clock.closest(".item")?.querySelector(".bar");
    bar?.classList.remove(...SHADES);
    bar?.classList.add(light);
  }
}

setInterval(count, 1000);
