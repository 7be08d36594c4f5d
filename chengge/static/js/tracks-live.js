// Inspectors on duty: points on the map and the list beside it, asked for again while the page is open.

import { addPoints, drawn, fit, map, say, words } from "./tracks-map.js";

const ASK_EVERY_MS = 10_000;
const list = document.getElementById("tracks-list");
const search = document.getElementById("tracks-q");
let seen = JSON.parse(document.getElementById("tracks-points").textContent);

function sift() {
  const wanted = search.value.trim().toLowerCase();
  for (const row of list.querySelectorAll("li[data-id]")) row.hidden = !row.dataset.name.toLowerCase().includes(wanted);
}

function choose(id) {
  for (const row of list.children) row.classList.toggle("on", row.dataset.id === id);
  list.querySelector(`li[data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
}

function tell() {
  const counts = { alarm: 0, outside: 0, old: 0, inside: 0 };
  for (const one of seen) {
    counts[one.state] += 1;
    const row = list.querySelector(`li[data-id="${CSS.escape(one.id)}"]`);
    if (!row) continue;
    row.querySelector(".track-dot").className = `track-dot track-${one.state}`;
    row.querySelector(".tracks-who").disabled = one.lon === null;
    const parts = [one.at ? say(words.seen, one.at) : words.unheard];
    if (one.alarms) parts.push(say(words.alarms, one.alarms));
    row.querySelector(".tracks-when").textContent = parts.join(" · ");
  }
  for (const place of document.querySelectorAll("#states [data-count]")) place.textContent = counts[place.dataset.count];
}

async function ask() {
  if (document.hidden) return;
  const answer = await fetch(map.dataset.srcNow, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const before = seen.map(({ id }) => id).sort().join();
  seen = (await answer.json()).inspectors;
  if (seen.map(({ id }) => id).sort().join() !== before) {
    location.reload(); // Somebody has checked in or out: the list is another.
    return;
  }
  tell();
  if (map.map) addPoints(map.map, "inspectors", seen);
}

search.addEventListener("input", sift);
list.addEventListener("click", (event) => {
  const row = event.target.closest("li[data-id]");
  if (!row || event.target.closest("a")) return;
  const one = seen.find(({ id }) => id === row.dataset.id);
  if (one?.lon === null || !one) return;
  choose(one.id);
  map.flyTo(one.lon, one.lat, 16);
});

const drawing = await drawn();
if (drawing) {
  addPoints(drawing, "inspectors", seen);
  fit(drawing, seen);
  drawing.on("click", "inspectors", ({ features }) => choose(features[0].properties.id));
}
setInterval(ask, ASK_EVERY_MS);
