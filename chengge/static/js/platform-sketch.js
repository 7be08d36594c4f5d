// The map of a joint survey: what was drawn there, a numbered pin for each unit that showed its position, and drawing more.
// <city-map data-sketch="id of the JSON"> shows it; where there is a form [data-sketch-form], its buttons draw into its field `geometry`.
// A button [data-stand] takes the next click on the map as the position of the unit whose form it lies in.
import { FONTS } from "./city-map-style.js";

const chart = document.querySelector("city-map[data-sketch]");
const drawn = chart && JSON.parse(document.getElementById(chart.dataset.sketch).textContent);
const form = document.querySelector("[data-sketch-form]");
const EMPTY = { type: "FeatureCollection", features: [] };
const GOLD = "#b7791f";
const BLUE = "#1f5f99";
const LEAST = { Point: 1, LineString: 2, Polygon: 3 };
const halo = { "text-halo-color": "#ffffff", "text-halo-width": 1.6 };

const isPoint = ["==", ["geometry-type"], "Point"];
const isUnit = ["has", "unit"];
const layersOf = (source, colour) => [
  { id: `${source}-area`, type: "fill", source, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": 0.22 } },
  { id: `${source}-line`, type: "line", source, filter: ["!", isPoint], paint: { "line-color": colour, "line-width": 3 } },
  { id: `${source}-point`, type: "circle", source, filter: ["all", isPoint, ["!", isUnit]], paint: { "circle-color": colour, "circle-radius": 6, "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 } },
];
const WORDS = [
  { id: "sketch-unit", type: "circle", source: "sketch", filter: isUnit, paint: { "circle-color": BLUE, "circle-radius": 11, "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 } },
  { id: "sketch-number", type: "symbol", source: "sketch", filter: isUnit, layout: { "text-field": ["to-string", ["get", "unit"]], "text-font": FONTS, "text-size": 12, "text-allow-overlap": true }, paint: { "text-color": "#ffffff" } },
  { id: "sketch-label", type: "symbol", source: "sketch", filter: ["has", "label"], layout: { "text-field": ["get", "label"], "text-font": FONTS, "text-size": 12, "text-offset": [0, 1.4], "text-anchor": "top" }, paint: { "text-color": "#3b2c0a", ...halo } },
];

await chart?.ready;
const map = chart?.map;

/** Places as a GeoJSON geometry of a kind; null while there are too few. */
function geometryOf(kind, places) {
  if (places.length < LEAST[kind]) return null;
  if (kind === "Point") return { type: kind, coordinates: places[0] };
  return { type: kind, coordinates: kind === "LineString" ? places : [[...places, places[0]]] };
}

function show() {
  map.addSource("sketch", { type: "geojson", data: drawn });
  map.addSource("drawing", { type: "geojson", data: EMPTY });
  for (const layer of [...layersOf("sketch", GOLD), ...layersOf("drawing", BLUE), ...WORDS]) map.addLayer(layer);
  if (drawn.bbox) map.fitBounds(drawn.bbox, { padding: 36, maxZoom: 17, animate: false });
}

/** Corner by corner with clicks; a double click, or the button again, ends it. */
function drawInto() {
  const field = form.elements.geometry;
  const buttons = [...form.querySelectorAll("[data-draw]")];
  const again = buttons.find(({ dataset }) => !dataset.draw);
  let kind = "";
  let places = [];
  const tell = () => {
    const geometry = kind && geometryOf(kind, places);
    const soFar = geometry ?? (places.length > 1 ? { type: "LineString", coordinates: places } : null);
    const corners = places.map((place) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: place } }));
    map.getSource("drawing").setData({ type: "FeatureCollection", features: soFar ? [{ type: "Feature", properties: {}, geometry: soFar }, ...corners] : corners });
    field.value = geometry ? JSON.stringify(geometry) : "";
    again.hidden = !places.length;
    if (geometry) form.querySelector("[data-told]").classList.remove("text-red");
  };
  const stop = () => {
    chart.removeAttribute("data-drawing");
    chart.classList.remove("drawing");
    map.doubleClickZoom.enable();
    for (const button of buttons) button.removeAttribute("aria-pressed");
  };
  const begin = (button) => {
    stop();
    kind = button.dataset.draw || kind;
    places = [];
    const pressed = buttons.find(({ dataset }) => dataset.draw === kind);
    pressed.setAttribute("aria-pressed", "true");
    chart.setAttribute("data-drawing", ""); // clicks choose no objects meanwhile
    chart.classList.add("drawing");
    map.doubleClickZoom.disable();
    tell();
    chart.scrollIntoView({ block: "nearest" });
  };
  for (const button of buttons) {
    button.addEventListener("click", () => (button.getAttribute("aria-pressed") === "true" ? stop() : begin(button)));
  }
  map.on("click", ({ lngLat, originalEvent }) => {
    if (!chart.classList.contains("drawing") || originalEvent.detail > 1) return;
    places.push([Number(lngLat.lng.toFixed(7)), Number(lngLat.lat.toFixed(7))]);
    if (kind === "Point") stop();
    tell();
  });
  map.on("dblclick", () => chart.classList.contains("drawing") && stop());
  map.getCanvas().addEventListener("keydown", ({ key }) => {
    if (!chart.classList.contains("drawing")) return;
    if (key === "Escape") {
      places = [];
      stop();
      tell();
    }
  });
  form.addEventListener("submit", (event) => {
    if (field.value) return;
    event.preventDefault();
    const told = form.querySelector("[data-told]");
    told.classList.add("text-red");
    told.scrollIntoView({ block: "center" });
  });
}

/** The next click on the map is where a unit stands. */
function standOnMap(button) {
  const { lon, lat } = button.form.elements;
  button.addEventListener("click", () => {
    chart.setAttribute("data-drawing", "");
    chart.scrollIntoView({ block: "center" });
    map.once("click", ({ lngLat }) => {
      chart.removeAttribute("data-drawing");
      [lon.value, lat.value] = [lngLat.lng.toFixed(7), lngLat.lat.toFixed(7)];
      map.getSource("drawing").setData({ type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [lngLat.lng, lngLat.lat] } }] });
      button.classList.add("btn-primary");
      button.scrollIntoView({ block: "nearest" });
    });
  });
}

if (map) {
  show();
  if (form) drawInto();
  document.querySelectorAll("[data-stand]").forEach(standOnMap);
} else if (form) {
  form.hidden = true; // nothing can be drawn here; what was drawn stands in the list
}
