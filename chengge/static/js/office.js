// Office pages of the field: going through rows by keyboard, ticking many, buttons with a key of their own.
//
//   [data-row]         a row; j and k (or the arrows) go from one to the next. Its [data-row-link] is followed.
//   [data-key="a"]     in the chosen row, else anywhere: pressed or focused by that key
//   [data-tick], [data-tick-all], [data-ticked], [data-needs-ticks]   ticking many
const FIELDS = "input:not([type=checkbox]), textarea, select, [contenteditable], dialog";

const rows = () => [...document.querySelectorAll("[data-row]")];
const current = () => document.querySelector("[data-row].on");

function choose(row) {
  if (!row) return;
  const link = row.querySelector("[data-row-link]");
  if (link) {
    link.click();
    return;
  }
  current()?.classList.remove("on");
  row.classList.add("on");
  row.querySelector("[data-row-focus]")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(current());
  choose(at === -1 ? all[0] : all[Math.min(all.length - 1, Math.max(0, at + by))]);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(FIELDS) || document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "j" || key === "ArrowDown") step(1);
  else if (key === "k" || key === "ArrowUp") step(-1);
  else if (key === "x") {
    const tick = current()?.querySelector("[data-tick]");
    if (!tick) return;
    tick.checked = !tick.checked;
    count();
  } else {
    if (!/^[a-z]$/.test(key)) return;
    const wanted = `[data-key="${key}"]`;
    const found = current()?.querySelector(wanted) ?? document.querySelector(wanted);
    if (!found || event.repeat) return;
    if (found.matches("input, textarea")) found.focus();
    else found.click();
  }
  event.preventDefault();
});

const ticks = () => [...document.querySelectorAll("[data-tick]")];

function count() {
  const chosen = ticks().filter(({ checked }) => checked).length;
  for (const shown of document.querySelectorAll("[data-ticked]")) shown.textContent = chosen || "";
  for (const button of document.querySelectorAll("[data-needs-ticks]")) button.disabled = chosen === 0;
  const all = document.querySelector("[data-tick-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === ticks().length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
}

// Enter in a reason presses the button that the reason is for, not the first one of the form.
document.addEventListener("keydown", (event) => {
  const button = event.key === "Enter" && event.target.dataset?.enter && document.getElementById(event.target.dataset.enter);
  if (!button) return;
  event.preventDefault();
  button.click();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("dialog [data-close-link]");
  if (!link) return;
  event.preventDefault();
  link.closest("dialog").close();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) for (const tick of ticks()) tick.checked = event.target.checked;
  if (event.target.matches("[data-tick], [data-tick-all]")) count();
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

current()?.scrollIntoView({ block: "nearest" });
// A week that is wider than the screen begins with today.
const week = document.querySelector(".roster-room");
const today = week?.querySelector("thead .today");
if (today && week.scrollWidth > week.clientWidth) week.scrollLeft = today.offsetLeft - week.querySelector("thead th").offsetWidth;
count();
