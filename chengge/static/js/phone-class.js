// Choosing what it is: chips of what is reported most, and a search over the whole catalogue that needs no network.

import { findClasses } from "./phone-places.js";
import { keptPack } from "./phone-pack.js";
import { words } from "./phone-shell.js";

const MOST_CHIPS = 8;

/** Before the first pack has come, the house is asked. */
async function askForClasses(text) {
  try {
    const answer = await fetch(`/phone/classes.json?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).classes : [];
  } catch {
    return [];
  }
}

export class ClassChoice {
  /**
   * @param {HTMLInputElement} field takes the id of the class
   * @param {HTMLElement} chips where chips stand; `input` and `list` are those of the search
   * @param {(only: {kind?: string}) => void} changed
   */
  constructor(field, chips, input, list, changed) {
    Object.assign(this, { field, chips, input, list, changed });
    chips.addEventListener("click", ({ target }) => {
      const chip = target.closest("[data-class]");
      if (chip) this.choose(chip);
    });
    input.addEventListener("input", () => this.search());
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }

  get name() {
    return this.chips.querySelector('[aria-pressed="true"]')?.textContent ?? "";
  }

  /** Chips of what the words sound like, in a row of their own; one tap takes it over. */
  suggest(row, guesses) {
    row.hidden = !guesses.length;
    row.replaceChildren(
      ...guesses.map(({ id, name, kind, percent }) => {
        const chip = Object.assign(document.createElement("button"), { type: "button", className: "chip chip-guess" });
        const how = Object.assign(document.createElement("span"), { className: "muted", textContent: `${percent} %` });
        chip.append(`${name} `, how);
        chip.addEventListener("click", () => {
          row.hidden = true;
          this.choose(this.chips.querySelector(`[data-class="${id}"]`) ?? this.#chip({ id, name, kind }, true));
        });
        return chip;
      }),
    );
  }

  choose(chip) {
    for (const other of this.chips.querySelectorAll("[data-class]")) other.setAttribute("aria-pressed", String(other === chip));
    this.field.value = chip.dataset.class;
    this.changed();
  }

  /** Choose by id, with a chip of its own in front where there is none. */
  async chooseId(id) {
    const known = this.chips.querySelector(`[data-class="${id}"]`);
    if (known) return this.choose(known);
    const found = (await keptPack())?.classes.find((one) => String(one.id) === String(id));
    if (found) this.choose(this.#chip(found, true));
  }

  /** Fill the chips from the pack where the page brought none. */
  async fill(fits = () => true) {
    const pack = await keptPack();
    if (!pack) return;
    const often = pack.often.map((id) => pack.classes.find((one) => one.id === id)).filter((one) => one && fits(one));
    for (const one of often.slice(0, MOST_CHIPS)) this.#chip(one, false);
  }

  async search(fits = () => true) {
    const found = ((await findClasses(this.input.value)) ?? (await askForClasses(this.input.value))).filter(fits);
    const nothing = Object.assign(document.createElement("li"), { className: "class-none muted", textContent: words.nothing_found });
    this.list.replaceChildren(...(found.length ? found.map((one) => this.#item(one)) : [nothing]));
  }

  #chip({ id, name, kind }, first) {
    const chip = Object.assign(document.createElement("button"), { type: "button", className: "chip", textContent: name });
    Object.assign(chip.dataset, { class: id, kind });
    chip.setAttribute("aria-pressed", "false");
    if (first) this.chips.prepend(chip);
    else this.chips.append(chip);
    return chip;
  }

  #item(one) {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button" });
    const label = Object.assign(document.createElement("b"), { textContent: one.name });
    const detail = Object.assign(document.createElement("span"), { className: "muted", textContent: one.major });
    button.append(label, detail);
    button.addEventListener("click", () => {
      const chip = this.chips.querySelector(`[data-class="${one.id}"]`) ?? this.#chip(one, true);
      this.choose(chip);
      this.list.dispatchEvent(new CustomEvent("class-found"));
      chip.focus();
    });
    item.append(button);
    return item;
  }
}
