// <city-chart>: a chart, and the table that it is drawn from.
//
// Attributes
//   kind="trends"        how it is drawn (chart-kinds.js)
//   src="/…"             where its figures are: JSON with columns and rows; or
//   data-from="id"       a <script type="application/json"> on the page that holds them
//   label="…"            what it shows, for screen readers
//   measure="…"          the column that is drawn, where the kind leaves a choice
//   toggle="id"          a button that shows and hides the table; screen readers have it always
// The page loads vendor/echarts/echarts.min.js; what only charts say stands in a JSON block `chart-words`.

import { KINDS, heightOf, shown, word } from "./chart-kinds.js";

const NARROW = 520;

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function tableOf(told, caption) {
  const table = element("table", "table table-sm");
  table.append(element("caption", "visually-hidden", caption));
  const head = table.createTHead().insertRow();
  for (const { label, unit } of told.columns) {
    const cell = element("th", unit === "text" || unit === "day" ? "" : "text-end", label);
    cell.scope = "col";
    head.append(cell);
  }
  const body = table.createTBody();
  for (const row of told.rows) {
    const line = body.insertRow();
    row.forEach((value, place) => {
      const { unit } = told.columns[place];
      const isText = unit === "text" || unit === "day";
      const cell = element(place ? "td" : "th", isText ? "" : "text-end number", shown(value, unit));
      if (!place) cell.scope = "row";
      line.append(cell);
    });
  }
  return table;
}

export class CityChart extends HTMLElement {
  #chart = null;
  #told = null;
  #canvas = null;
  #room = null;
  #watching = null;

  connectedCallback() {
    if (this.#canvas) return;
    this.#canvas = element("div", "chart-canvas");
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute("aria-label", this.getAttribute("label") ?? "");
    this.#room = element("div", "chart-table visually-hidden");
    this.append(this.#canvas, this.#room);
    const button = document.getElementById(this.getAttribute("toggle") ?? "");
    button?.addEventListener("click", () => {
      const hidden = this.#room.classList.toggle("visually-hidden");
      button.setAttribute("aria-expanded", String(!hidden));
      if (hidden) this.#room.removeAttribute("tabindex");
      else this.#room.tabIndex = 0; // it may be wider than the screen, and is then moved by the arrow keys
    });
    this.#load();
  }

  disconnectedCallback() {
    this.#watching?.disconnect();
    this.#chart?.dispose();
    this.#chart = this.#canvas = null;
    this.replaceChildren();
  }

  /** The figures as they came, or null. */
  get figures() {
    return this.#told;
  }

  async #load() {
    const block = document.getElementById(this.dataset.from ?? "");
    this.setAttribute("aria-busy", "true");
    this.#canvas.replaceChildren(element("span", "spinner"));
    try {
      this.#told = block ? JSON.parse(block.textContent) : await this.#ask();
    } catch (problem) {
      this.#say(problem.told ?? word("chart_failed"), true);
      return;
    } finally {
      this.removeAttribute("aria-busy");
    }
    if (!this.isConnected) return;
    this.#room.replaceChildren(tableOf(this.#told, this.getAttribute("label") ?? this.#told.title));
    if (this.#told.empty) this.#say(word("chart_empty"), false);
    else this.#draw();
    this.dispatchEvent(new CustomEvent("chart-ready", { bubbles: true }));
  }

  async #ask() {
    const answer = await fetch(this.getAttribute("src"), { headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { told: [told.detail, told.hint].filter(Boolean).join(" ") });
    return told;
  }

  #say(text, canRetry) {
    const note = element("div", "chart-note", text);
    if (canRetry && this.hasAttribute("src")) {
      const again = element("button", "btn btn-sm", word("chart_again"));
      again.type = "button";
      again.addEventListener("click", () => this.#load());
      note.append(again);
    }
    this.#canvas.replaceChildren(note);
  }

  #draw() {
    const kind = this.getAttribute("kind");
    const width = this.clientWidth;
    this.#canvas.replaceChildren();
    this.#canvas.style.height = `${heightOf(kind, this.#told, width)}px`;
    // Drawn twice as fine as the screen, so that it is sharp on paper too.
    this.#chart = globalThis.echarts.init(this.#canvas, null, { renderer: "canvas", devicePixelRatio: Math.max(2, globalThis.devicePixelRatio) });
    const options = (wide) => KINDS[kind](this.#told, { narrow: wide < NARROW, width: wide, measure: this.getAttribute("measure") });
    this.#chart.setOption(options(width));
    let before = width;
    this.#watching = new ResizeObserver(() => {
      const now = this.clientWidth;
      if (!now || now === before || matchMedia("print").matches) return; // on paper the picture is made wider, not drawn anew
      before = now;
      this.#canvas.style.height = `${heightOf(kind, this.#told, now)}px`;
      this.#chart.resize();
      this.#chart.setOption(options(now), true);
    });
    this.#watching.observe(this);
  }
}

customElements.define("city-chart", CityChart);
