// A desk: moving through the queue, opening cases beside it, acting by keyboard, choosing many.
import { closeDialog } from "./dialogs.js";
import "./like-marks.js";
import { Live } from "./live.js";
import { note, say } from "./notes.js";
import { setWidths } from "./widths.js";
import { word } from "./words.js";

const desk = document.getElementById("desk");
const rows = document.getElementById("rows");
const bulk = document.getElementById("bulk");
const keys = document.getElementById("keys");
const narrow = window.matchMedia("(max-width: 1000px)");
const OPEN_AFTER_MS = 140; // so that running through the queue does not ask for every case on the way
const REST_MS = 350; // after an action, so that one long press of Enter does not act on two cases

let opening = null;
let asking = null;
let acted = 0;

// --- The queue --------------------------------------------------------------------------------------------------------
const items = () => [...rows.querySelectorAll(".item")];
const itemOf = (number) => rows.querySelector(`.item[data-number="${CSS.escape(number)}"]`);
const current = () => rows.querySelector(".item.on");

function select(item, { focus = true, open = true, now = false } = {}) {
  for (const other of rows.querySelectorAll(".item.on")) {
    other.classList.remove("on");
    other.querySelector(".row-link").removeAttribute("aria-current");
  }
  if (!item) return;
  item.classList.add("on");
  const link = item.querySelector(".row-link");
  link.setAttribute("aria-current", "true");
  if (focus) link.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
  if (!open || narrow.matches) return;
  clearTimeout(opening);
  opening = setTimeout(() => openCase(item.dataset.number), now ? 0 : OPEN_AFTER_MS);
}

function move(step) {
  const all = items();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[at === -1 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))];
  select(next);
  if (next === all.at(-1)) document.querySelector("#more button")?.click();
}

// --- The case beside it -----------------------------------------------------------------------------------------------
function addressWith(number) {
  const parameters = new URLSearchParams(desk.dataset.query);
  if (number) parameters.set("case", number);
  return parameters.size ? `${desk.dataset.address}?${parameters}` : desk.dataset.address;
}

/** Show a case beside the queue; of several asked for quickly, the last. */
async function openCase(number) {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  desk.dataset.case = number;
  document.getElementById("case").classList.add("loading");
  try {
    const answer = await fetch(`${desk.dataset.address}case/${number}/?${desk.dataset.query}`, { signal, headers: { "HX-Request": "true" } });
    if (answer.redirected) throw new Error("signed out");
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (signal.aborted) return;
    const kept = typed(number);
    if (answer.ok) show(fresh);
    else note(fresh.body.textContent.replace("×", "").trim() || word("failed"));
    history.replaceState(null, "", addressWith(number));
    restore(kept);
  } catch (error) {
    if (error.name !== "AbortError") note(word("failed"));
  } finally {
    if (!signal.aborted) document.getElementById("case").classList.remove("loading");
  }
}

function show(fresh) {
  for (const id of ["case", "side-rest"]) {
    const made = document.importNode(fresh.getElementById(id), true);
    made.removeAttribute("hx-swap-oob");
    document.getElementById(id).replaceWith(made);
    setWidths(made);
    htmx.process(made);
  }
  showOnMap();
}

/** What was typed into the form of this case, to put it back after the case is shown anew. */
function typed(number) {
  const section = document.getElementById("case");
  const form = document.querySelector("#side-rest form.act");
  if (!form || section?.dataset.number !== number) return null;
  const fields = [...form.querySelectorAll("textarea, input[type=text], input:not([type])[name], input[type=radio]:checked")];
  return { action: form.dataset.action, values: fields.filter(({ value }) => value).map(({ name, value, type }) => ({ name, value, type })) };
}

function restore(kept) {
  const form = document.querySelector("#side-rest form.act");
  if (!kept || form?.dataset.action !== kept.action) return;
  for (const { name, value, type } of kept.values) {
    const field = type === "radio" ? form.querySelector(`[name="${name}"][value="${CSS.escape(value)}"]`) : form.elements[name];
    if (!field) continue;
    if (type === "radio") field.checked = true;
    else field.value = value;
  }
}

function showOnMap() {
  const section = document.getElementById("case");
  const side = document.querySelector(".side");
  if (!section?.dataset.point || !side) return;
  let map = document.getElementById("side-map");
  if (!map) {
    map = document.createElement("city-map");
    map.id = "side-map";
    map.className = "side-map";
    Object.assign(map.dataset, { zoom: "16", layers: "base grids components", point: section.dataset.point, label: section.dataset.mapLabel });
    side.prepend(map);
    return;
  }
  map.dataset.point = section.dataset.point;
  map.dataset.label = section.dataset.mapLabel;
  map.setAttribute("aria-label", section.dataset.mapLabel);
  map.map?.jumpTo({ center: section.dataset.point.split(",").map(Number), zoom: 16 });
}

// --- Acting -----------------------------------------------------------------------------------------------------------
function mainAction() {
  if (Date.now() - acted < REST_MS) return;
  const form = document.querySelector("#side-rest form.act");
  if (!form || document.getElementById("case")?.dataset.number !== desk.dataset.case) return;
  const missing = [...form.querySelectorAll("[required], [data-wanted]")].find((field) => {
    if (field.type === "radio") return !form.querySelector(`[name="${field.name}"]:checked`);
    if (field.dataset.wanted !== undefined) return !form.querySelector("[name=photos]");
    return !field.value.trim();
  });
  if (missing) {
    missing.focus();
    missing.closest(".field, fieldset")?.classList.add("missing");
    return;
  }
  if (form.querySelector("[data-sending]")) return;
  acted = Date.now();
  form.requestSubmit();
}

// A button that is pressed goes the same way as Enter.
document.addEventListener("click", (event) => {
  if (!event.target.closest("#main-action")) return;
  event.preventDefault();
  mainAction();
});

document.body.addEventListener("case-moved", (event) => {
  const { number, said } = event.detail;
  closeDialog();
  note(said, "success");
  say(said);
  const item = itemOf(number);
  const opened = document.getElementById("case")?.dataset.number;
  if (opened && number !== opened) { // another case was moved from the page of this one: merged into it, or reopened
    live.mine(item?.dataset.id);
    live.look().then(() => openCase(opened));
    return;
  }
  const next = item?.nextElementSibling?.matches(".item") ? item.nextElementSibling : item?.previousElementSibling;
  live.mine(item?.dataset.id ?? document.getElementById("case")?.dataset.id);
  acted = Date.now();
  live.look().then(() => {
    const still = itemOf(number);
    if (still) return select(still, { now: true });
    if (next?.isConnected && next.matches(".item")) return select(next, { now: true });
    if (items().length) return select(items()[0], { now: true });
    return openCase(number);
  });
});

document.body.addEventListener("cases-moved", (event) => {
  for (const id of event.detail.ids) live.mine(String(id));
  chooseNone();
  live.look();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-reload]")) return;
  const number = document.getElementById("case")?.dataset.number;
  closeDialog();
  if (number) openCase(number);
});

// --- Live -------------------------------------------------------------------------------------------------------------
const live = new Live(rows, {
  moved(ids) {
    const section = document.getElementById("case");
    if (!section?.dataset.id || !ids.includes(section.dataset.id)) return;
    const untouched = !document.querySelector("#dialog[open]") && !document.querySelector("#side-rest textarea:focus, #side-rest input:focus");
    const kept = typed(section.dataset.number);
    if (untouched && !kept?.values.some(({ type }) => type !== "radio")) openCase(section.dataset.number);
    else document.getElementById("moved-note").hidden = false;
  },
});

// --- Choosing many ----------------------------------------------------------------------------------------------------
function chosen() {
  return [...rows.querySelectorAll(".pick:checked")];
}
function countChosen() {
  if (!bulk) return;
  const count = chosen().length;
  bulk.hidden = count === 0;
  bulk.querySelector("[data-count]").textContent = word("chosen", { count });
}
function chooseNone() {
  for (const box of chosen()) box.checked = false;
  countChosen();
}
rows.addEventListener("change", (event) => { if (event.target.matches(".pick")) countChosen(); });
rows.addEventListener("rows-shown", countChosen);
bulk?.addEventListener("htmx:configRequest", (event) => {
  event.detail.parameters.case = chosen().map((box) => box.value);
  event.detail.parameters.action = event.detail.triggeringEvent?.submitter?.value ?? "";
  event.detail.parameters.key = crypto.randomUUID?.().replaceAll("-", "") ?? String(Date.now());
});
bulk?.querySelector("[data-clear]").addEventListener("click", chooseNone);

// --- Mouse and keys ---------------------------------------------------------------------------------------------------
rows.addEventListener("click", (event) => {
  const item = event.target.closest(".item");
  if (!item || event.target.matches(".pick") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (narrow.matches) window.location.assign(item.querySelector(".row-link").dataset.page);
  else select(item, { now: true });
});

const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]")) return;
  const { target, key } = event;
  const inQueue = target.closest?.(".rows") || target === document.body || target.id === "main" || target.id === "case";
  if (key === "Escape") {
    if (target.matches(TYPING) || target.closest?.(".side")) (current()?.querySelector(".row-link") ?? document.getElementById("main")).focus();
    return;
  }
  if (target.matches?.(TYPING) || target.closest?.("city-map")) return;
  if (key === "Enter") {
    const onRow = target.closest?.(".item");
    const onChoice = target.matches?.("#side-rest input[type=radio], #side-rest input[type=checkbox]");
    if (!(onRow || onChoice || target === document.body || target.id === "main" || target.id === "case") || event.repeat) return;
    event.preventDefault();
    if (onRow && onRow !== current()) select(onRow, { now: true });
    else if (narrow.matches && onRow) window.location.assign(onRow.querySelector(".row-link").dataset.page);
    else mainAction();
    return;
  }
  const act = {
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => inQueue && move(1),
    ArrowUp: () => inQueue && move(-1),
    "/": () => document.getElementById("search").select(),
    f: () => document.querySelector('.search [hx-get]').click(),
    a: () => document.querySelector("#side-rest input:checked, #side-rest input:not([type=hidden]), #side-rest textarea, #main-action, .actions button")?.focus(),
    s: () => document.querySelector("#alike .alike-do button")?.focus(),
    x: () => current()?.querySelector(".pick")?.click(),
    "?": () => keys.showModal(),
  }[key];
  if (!act) return;
  if (act() !== false) event.preventDefault();
});
document.querySelector("[data-help]")?.addEventListener("click", () => keys.showModal());

// --- Beginning --------------------------------------------------------------------------------------------------------
if (!desk.dataset.case && !narrow.matches) select(items()[0], { focus: false, now: true });
