// The city map page: search, layers, lights, and where it was left.

const map = document.getElementById("city-map");
const form = document.getElementById("map-search");
const list = document.getElementById("map-found");
const note = document.getElementById("map-found-note");
const words = JSON.parse(document.getElementById("map-words").textContent);

const MARKS = { case: "ti-alert-square", grid: "ti-hexagon", component: "ti-point", road: "ti-road", division: "ti-building-community", place: "ti-map-pin" };

for (const box of document.querySelectorAll("[data-layer]")) {
  box.addEventListener("change", async () => {
    await map.ready;
    map.setLayer(box.dataset.layer, box.checked);
    showKey();
  });
}

const lightBoxes = [...document.querySelectorAll("[data-light]")];
for (const box of lightBoxes) {
  box.addEventListener("change", async () => {
    await map.ready;
    const shown = new Set(lightBoxes.filter(({ checked }) => checked).map(({ dataset }) => dataset.light));
    map.sift("cases", ({ light }) => shown.has(light));
  });
}

// The counts of the key follow the cases on the map.
const key = document.getElementById("map-key");
setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch(key.dataset.counts, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  for (const [light, count] of Object.entries(await answer.json())) key.querySelector(`[data-count="${light}"]`).textContent = count;
}, Number(map.dataset.refresh) * 1000);

function showKey() {
  document.getElementById("key-components").hidden = !document.querySelector('[data-layer="components"]').checked;
}
showKey();

form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
form.q.addEventListener("input", () => {
  if (!form.q.value.trim()) showFound(null);
});
list.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  showFound(null);
  form.q.focus();
});

async function search() {
  const text = form.q.value.trim();
  if (!text) return;
  const target = new URL(form.action);
  target.searchParams.set("q", text);
  try {
    const answer = await fetch(target, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const { found } = await answer.json();
    showFound(found);
    if (found.length === 1) await go(found[0]);
    else if (found.length) list.querySelector("button").focus();
  } catch {
    list.replaceChildren(empty(words.failed));
    list.hidden = false;
    note.textContent = words.failed;
  }
}

function empty(text) {
  const item = document.createElement("li");
  item.className = "map-list-empty";
  item.textContent = text;
  return item;
}

function showFound(found) {
  list.hidden = !found;
  if (!found) {
    list.replaceChildren();
    note.textContent = "";
    return;
  }
  note.textContent = found.length ? words.found.replace("%s", found.length) : words.nothing;
  list.replaceChildren(...(found.length ? found.map(itemOf) : [empty(words.nothing)]));
}

function itemOf(found) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "map-list-item";
  const mark = document.createElement("i");
  mark.className = `ti ${MARKS[found.kind] ?? MARKS.place}`;
  mark.setAttribute("aria-hidden", "true");
  const text = document.createElement("span");
  text.className = "map-list-text";
  for (const [name, value] of [["label", found.label], ["detail", found.detail]]) {
    const line = document.createElement("span");
    line.className = `map-list-${name}`;
    line.textContent = value;
    text.append(line);
  }
  button.append(mark, text);
  button.addEventListener("click", () => go(found));
  item.append(button);
  return item;
}

async function go(found) {
  await map.ready;
  map.flyTo(found.lon, found.lat, found.zoom);
  map.setPoint(found.lon, found.lat);
  map.openObject({ properties: found, geometry: { type: "Point", coordinates: [found.lon, found.lat] } }, found.kind);
}

// Coming back from a case, the map stands where it was left.
const VIEW_KEY = "chengge-map-view";
map.ready.then(() => {
  if (!map.map) return;
  const kept = sessionStorage.getItem(VIEW_KEY);
  if (kept && !map.dataset.center) map.map.jumpTo(JSON.parse(kept));
  map.map.on("moveend", () => {
    const { lng, lat } = map.map.getCenter();
    sessionStorage.setItem(VIEW_KEY, JSON.stringify({ center: [lng, lat], zoom: map.map.getZoom() }));
  });
});
