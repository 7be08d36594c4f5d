// The map of a joint survey: what was drawn there, and a numbered pin for each unit that showed its position.
// <city-map data-sketch="id of the JSON"> shows it; a page without the form has nothing more.
const chart = document.querySelector("city-map[data-sketch]");
const drawn = chart && JSON.parse(document.getElementById(chart.dataset.sketch).textContent);
const GOLD = "#b7791f";
const LAYERS = [
  { id: "sketch-area", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": GOLD, "fill-opacity": 0.25 } },
  { id: "sketch-line", type: "line", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": GOLD, "line-width": 3 } },
  {
    id: "sketch-point",
    type: "circle",
    filter: ["all", ["==", ["geometry-type"], "Point"], ["!", ["has", "unit"]]],
    paint: { "circle-color": GOLD, "circle-radius": 7, "circle-stroke-color": "#fff", "circle-stroke-width": 2 },
  },
  {
    id: "sketch-unit",
    type: "circle",
    filter: ["has", "unit"],
    paint: { "circle-color": "#1f5f99", "circle-radius": 11, "circle-stroke-color": "#fff", "circle-stroke-width": 2 },
  },
];
const LABEL = { "text-font": ["regular"], "text-size": 13, "text-allow-overlap": true };

await chart?.ready;
const map = chart?.map;
if (map) {
  map.addSource("sketch", { type: "geojson", data: drawn });
  for (const layer of LAYERS) map.addLayer({ ...layer, source: "sketch" });
}
