// Covering faces and number plates before a photo is shown: rectangles drawn with a finger, a mouse or the keyboard. What is sent are
// thousandths of the photo's width and height; the house makes the copy.

const words = JSON.parse(document.getElementById("cover-words").textContent);
const LEAST = 15; // thousandths
const NEW = { left: 400, top: 400, width: 200, height: 200 };
const STEP = 10;

const clamp = (value, least, most) => Math.min(most, Math.max(least, Math.round(value)));

function fitted({ left, top, width, height }) {
  const w = clamp(width, LEAST, 1000);
  const h = clamp(height, LEAST, 1000);
  return { left: clamp(left, 0, 1000 - w), top: clamp(top, 0, 1000 - h), width: w, height: h };
}

class Covering {
  #form;
  #room;
  #spots = new Set();

  constructor(form) {
    this.#form = form;
    this.#room = form.querySelector(".cover-room");
    const button = form.querySelector("[data-cover]");
    button.hidden = false;
    this.#room.classList.add("covering");
    button.addEventListener("click", () => this.#add(NEW).focus());
    this.#room.addEventListener("pointerdown", (event) => this.#draw(event));
    for (const [left, top, width, height] of JSON.parse(this.#room.dataset.covers || "[]")) this.#add({ left, top, width, height });
  }

  #at(event) {
    const box = this.#room.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * 1000, ((event.clientY - box.top) / box.height) * 1000];
  }

  #draw(event) {
    if (event.target.closest(".cover-spot") || event.button !== 0) return;
    event.preventDefault();
    const [x, y] = this.#at(event);
    let spot = null;
    this.#follow(event, (now) => {
      const [left, right] = [Math.min(x, now[0]), Math.max(x, now[0])];
      const [top, bottom] = [Math.min(y, now[1]), Math.max(y, now[1])];
      if (right - left < LEAST || bottom - top < LEAST) return;
      spot ??= this.#add({ left, top, width: LEAST, height: LEAST });
      this.#put(spot, { left: Math.max(0, left), top: Math.max(0, top), width: Math.min(1000, right) - Math.max(0, left), height: Math.min(1000, bottom) - Math.max(0, top) });
    });
  }

  #follow(event, move) {
    const target = this.#room;
    target.setPointerCapture(event.pointerId);
    const moving = (next) => move(this.#at(next));
    target.addEventListener("pointermove", moving);
    const stop = () => target.removeEventListener("pointermove", moving);
    target.addEventListener("pointerup", stop, { once: true });
    target.addEventListener("pointercancel", stop, { once: true });
  }

  #add(at) {
    const spot = document.createElement("div");
    spot.className = "cover-spot";
    spot.tabIndex = 0;
    spot.setAttribute("role", "group");
    spot.setAttribute("aria-label", words.spot);
    const away = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    away.setAttribute("aria-label", words.remove);
    away.addEventListener("click", () => this.#remove(spot));
    spot.append(away);
    spot.addEventListener("keydown", (event) => this.#key(event, spot));
    spot.addEventListener("pointerdown", (event) => {
      if (event.target === away) return;
      event.preventDefault();
      spot.focus();
      const [x, y] = this.#at(event);
      const from = { ...spot.at };
      this.#follow(event, (now) => this.#put(spot, { ...from, left: from.left + now[0] - x, top: from.top + now[1] - y }));
    });
    this.#room.append(spot);
    this.#spots.add(spot);
    this.#put(spot, at);
    return spot;
  }

  #remove(spot) {
    this.#spots.delete(spot);
    spot.remove();
    this.#tell();
    this.#form.querySelector("[data-cover]").focus();
  }

  #key(event, spot) {
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.#remove(spot);
      return;
    }
    const way = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    if (!way) return;
    event.preventDefault();
    const { left, top, width, height } = spot.at;
    this.#put(spot, event.shiftKey ? { left, top, width: width + way[0], height: height + way[1] } : { left: left + way[0], top: top + way[1], width, height });
  }

  #put(spot, at) {
    spot.at = fitted(at);
    for (const [name, value] of Object.entries(spot.at)) spot.style.setProperty(name, `${value / 10}%`);
    this.#tell();
  }

  #tell() {
    this.#form.elements.namedItem("covered").value = [...this.#spots].map(({ at }) => [at.left, at.top, at.width, at.height].join(",")).join(";");
  }
}

for (const form of document.querySelectorAll("[data-covering]")) new Covering(form);
