// The replay of a day: the way coloured by inside and outside, own grids filled by visits, marks, and a player.

import { COLOURS, collection, drawn, fit, map, point, say, words } from "./tracks-map.js";

const VERDICTS = ["unsure", "inside", "outside", "jump"];
const SIGN_COLOURS = ["match", ["get", "kind"], "report", "#7a52b3", "alarm", "#d6336c", "#1c5d99"];
const GAP_SECONDS = 300; // a line across a longer gap would be invented
const PICTURE_MS = 60;
const PHONE = matchMedia("(max-width: 760px)").matches;

const says = document.getElementById("track-says");
const player = document.getElementById("player");
const slider = document.getElementById("moment");
const clock = document.getElementById("clock");
const play = document.getElementById("play");
const speed = document.getElementById("speed");
const timeOf = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Asia/Shanghai" });

let track = { fixes: [], grids: collection([]), marks: [] };
let drawing = null;
let timer = 0;

/** Pieces of the way, each in one colour; jumps are left out. */
function pieces(fixes) {
  const found = [];
  let open = null;
  let before = null;
  for (const fix of fixes) {
    if (VERDICTS[fix[4]] === "jump") continue;
    const verdict = VERDICTS[fix[4]];
    if (!before || fix[0] - before[0] > GAP_SECONDS) open = null;
    if (!open || open.properties.verdict !== verdict) {
      const from = open ? [before.slice(1, 3)] : [];
      open = { type: "Feature", properties: { verdict }, geometry: { type: "LineString", coordinates: from } };
      found.push(open);
    }
    open.geometry.coordinates.push(fix.slice(1, 3));
    before = fix;
  }
  return found.filter(({ geometry }) => geometry.coordinates.length > 1);
}

function draw() {
  drawing.addSource("own", { type: "geojson", data: track.grids });
  drawing.addSource("track", { type: "geojson", data: collection(pieces(track.fixes)) });
  drawing.addSource("walked", { type: "geojson", data: collection([]) });
  drawing.addSource("marks", { type: "geojson", data: collection(track.marks.filter(({ lon }) => lon !== null).map((mark) => point(mark, mark))) });
  drawing.addSource("here", { type: "geojson", data: collection([]) });
  const visited = [">", ["get", "visits"], 0];
  const colour = ["match", ["get", "verdict"], "outside", COLOURS.outside, "unsure", COLOURS.unsure, COLOURS.inside];
  drawing.addLayer({ id: "own", type: "fill", source: "own", paint: { "fill-color": ["case", visited, "#2f9e44", "#b8245a"], "fill-opacity": ["case", visited, 0.24, 0.05] } });
  drawing.addLayer({ id: "own-line", type: "line", source: "own", paint: { "line-color": ["case", visited, "#1f7a33", "#b8245a"], "line-width": 1, "line-opacity": 0.6 } });
  drawing.addLayer({ id: "track", type: "line", source: "track", layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": colour, "line-width": 2.5, "line-opacity": 0.45 } });
  drawing.addLayer({ id: "walked", type: "line", source: "walked", layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": colour, "line-width": 4 } });
  drawing.addLayer({ id: "marks", type: "circle", source: "marks", paint: { "circle-color": SIGN_COLOURS, "circle-radius": 6, "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 } });
  drawing.addLayer({ id: "here-doubt", type: "circle", source: "here", paint: { "circle-color": "#1c5d99", "circle-opacity": 0.16, "circle-radius": ["interpolate", ["exponential", 2], ["zoom"], 10, 1, 20, ["*", 9, ["get", "accuracy"]]] } });
  drawing.addLayer({ id: "here", type: "circle", source: "here", paint: { "circle-color": ["match", ["get", "verdict"], "outside", COLOURS.outside, COLOURS.inside], "circle-radius": 8, "circle-stroke-color": "#ffffff", "circle-stroke-width": 3 } });
  const corners = track.grids.features.flatMap(({ geometry }) => geometry.coordinates.flat(geometry.type === "MultiPolygon" ? 2 : 1));
  const places = [...track.fixes.filter(([, , , , verdict]) => verdict !== 3).map(([, lon, lat]) => ({ lon, lat })), ...corners.map(([lon, lat]) => ({ lon, lat }))];
  fit(drawing, places, 17);
}

/** The last fix up to a moment, by halving. */
function upTo(second) {
  let [low, high] = [0, track.fixes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (track.fixes[middle][0] <= second) low = middle + 1;
    else high = middle;
  }
  return low;
}

function show(second) {
  slider.value = second;
  const at = timeOf.format(new Date(second * 1000));
  clock.textContent = at;
  const count = upTo(second);
  const fix = track.fixes[Math.max(count - 1, 0)];
  const verdict = VERDICTS[fix[4]];
  slider.setAttribute("aria-valuetext", `${at} · ${words[verdict]} · ${say(words.accuracy, fix[3])}`);
  if (!drawing) return;
  drawing.getSource("walked").setData(collection(pieces(track.fixes.slice(0, count))));
  drawing.getSource("here").setData(collection([point({ lon: fix[1], lat: fix[2] }, { verdict, accuracy: fix[3] })]));
}

function stop() {
  clearInterval(timer);
  timer = 0;
  play.setAttribute("aria-label", words.play);
  play.firstElementChild.className = "ti ti-player-play";
}

function start() {
  if (Number(slider.value) >= Number(slider.max)) slider.value = slider.min;
  play.setAttribute("aria-label", words.pause);
  play.firstElementChild.className = "ti ti-player-pause";
  let moment = Number(slider.value);
  timer = setInterval(() => {
    moment += (Number(speed.value) * PICTURE_MS) / 1000;
    show(Math.min(Math.round(moment), Number(slider.max)));
    if (moment >= Number(slider.max)) stop();
  }, PICTURE_MS);
}

async function load() {
  try {
    const answer = await fetch(map.dataset.track, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    track = await answer.json();
  } catch {
    says.textContent = words.failed;
    return;
  }
  drawing = await drawn();
  if (drawing) draw();
  if (!track.fixes.length) {
    says.textContent = words.none;
    return;
  }
  says.hidden = true;
  player.hidden = false;
  slider.min = track.fixes[0][0];
  slider.max = track.fixes[track.fixes.length - 1][0];
  show(Number(slider.max));
  map.setAttribute("data-shown", "");
}

play.addEventListener("click", () => (timer ? stop() : start()));
slider.addEventListener("input", () => {
  if (timer) stop();
  show(Number(slider.value));
});
for (const button of document.querySelectorAll(".track-marks [data-t]")) {
  button.addEventListener("click", () => {
    if (!track.fixes.length) return;
    stop();
    show(Math.min(Math.max(Number(button.dataset.t), Number(slider.min)), Number(slider.max)));
    const fix = track.fixes[Math.max(upTo(Number(button.dataset.t)) - 1, 0)];
    map.flyTo(fix[1], fix[2], 16.5);
    if (PHONE) map.scrollIntoView({ block: "nearest" });
  });
}
document.getElementById("day")?.addEventListener("change", ({ target }) => {
  if (target.value) location.href = target.dataset.address.replace("0000-00-00", target.value);
});
await load();
