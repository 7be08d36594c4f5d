// The maps of unclear boundaries: zones by verdict, areas that are drawn, parts of a proposed cut, before and after a change.
//
// <city-map data-boundaries="/….geojson">  zones with `verdict`, `label`, `detail`, `cost`, `url`; a click opens what is known of one
// <city-map data-areas="/….geojson">       drawn areas with `name`, `organization`
// <city-map data-shapes="id of the JSON">  features with `part` (0: the place itself; a number; before; after) and `label`; the map shows all
import { FONTS } from "./city-map-style.js";

const VERDICT_FILL = ["match", ["get", "verdict"], "none", "#c92a4b", "several", "#e8930c", "#3c8f4f"];
const PART_FILL = ["match", ["to-string", ["get", "part"]], "1", "#1c5d99", "2", "#7a52b3", "3", "#2f7d4f", "before", "#6b7c8a", "after", "#1c5d99", "#c92a4b"];
const AREA_FILLS = ["#1c5d99", "#7a52b3", "#2f7d4f", "#a8652a", "#b3406e", "#4f6b79"];
const NAMES = { "text-field": ["get", "label"], "text-font": FONTS, "text-size": 12.5 };
const HALO = { "text-color": "#14324f", "text-halo-color": "#ffffff", "text-halo-width": 1.8 };

for (const chart of document.querySelectorAll("city-map")) show(chart);

async function show(chart) {
  await chart.ready;
  const { map } = chart;
  if (!map) return;
  if (chart.dataset.shapes) shapes(map, JSON.parse(document.getElementById(chart.dataset.shapes).textContent));
  if (chart.dataset.boundaries) await zones(chart, map, await fetched(chart.dataset.boundaries));
  if (chart.dataset.areas) areas(map, await fetched(chart.dataset.areas));
}

async function fetched(url) {
  const answer = await fetch(url, { headers: { Accept: "application/geo+json" } }).catch(() => null);
  return answer?.ok ? answer.json() : { type: "FeatureCollection", features: [] };
}

function fit(map, features, maxZoom = 16) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const reach = (places) => {
    if (typeof places[0] !== "number") return places.forEach(reach);
    box[0] = Math.min(box[0], places[0]);
    box[1] = Math.min(box[1], places[1]);
    box[2] = Math.max(box[2], places[0]);
    box[3] = Math.max(box[3], places[1]);
  };
  for (const { geometry } of features) reach(geometry.coordinates);
  if (box[0] < box[2]) map.fitBounds(box, { padding: 40, maxZoom, animate: false });
}

async function zones(chart, map, data) {
  const beneath = map.getLayer("street-line") ? "street-line" : undefined;
  map.addSource("zones", { type: "geojson", data });
  map.addLayer(
    { id: "zone", type: "fill", source: "zones", paint: { "fill-color": VERDICT_FILL, "fill-opacity": ["match", ["get", "verdict"], "one", 0.16, 0.42] } },
    beneath,
  );
  map.addLayer(
    {
      id: "zone-edge",
      type: "line",
      source: "zones",
      filter: ["!=", ["get", "verdict"], "one"],
      paint: { "line-color": VERDICT_FILL, "line-width": 1.6 },
    },
    beneath,
  );
  fit(map, data.features.filter(({ properties }) => properties.verdict !== "one"));
  const { Popup } = await import("maplibre-gl");
  const unclear = { layers: ["zone"], filter: ["!=", ["get", "verdict"], "one"] };
  map.on("click", (event) => {
    // The topmost is the costliest; with several classes at one place the first few are named.
    const found = map.queryRenderedFeatures(event.point, unclear).slice(0, 5);
    if (found.length) new Popup({ maxWidth: "320px" }).setLngLat(event.lngLat).setDOMContent(told(found, chart.dataset.open)).addTo(map);
  });
  map.on("mousemove", "zone", ({ point }) => (map.getCanvas().style.cursor = map.queryRenderedFeatures(point, unclear).length ? "pointer" : ""));
  map.on("mouseleave", "zone", () => (map.getCanvas().style.cursor = ""));
}

function told(found, open) {
  const box = document.createElement("div");
  box.className = "map-popup";
  for (const { properties } of found) {
    const title = document.createElement("p");
    title.className = "map-popup-title";
    const link = Object.assign(document.createElement("a"), { href: properties.url, textContent: properties.label, title: open });
    title.append(link);
    box.append(title);
    for (const text of [properties.detail, properties.cost]) {
      box.append(Object.assign(document.createElement("p"), { className: "map-popup-line", textContent: text }));
    }
  }
  return box;
}

function areas(map, data) {
  const bodies = [...new Set(data.features.map(({ properties }) => properties.organization))];
  const colours = bodies.flatMap((body, number) => [body, AREA_FILLS[number % AREA_FILLS.length]]);
  const fill = bodies.length ? ["match", ["get", "organization"], ...colours, "#4f6b79"] : "#4f6b79";
  map.addSource("areas", { type: "geojson", data });
  map.addLayer({ id: "area", type: "fill", source: "areas", paint: { "fill-color": fill, "fill-opacity": 0.28 } });
  map.addLayer({ id: "area-edge", type: "line", source: "areas", paint: { "line-color": fill, "line-width": 2 } });
  const label = ["concat", ["get", "name"], "\n", ["get", "organization"]];
  map.addLayer({ id: "area-name", type: "symbol", source: "areas", layout: { ...NAMES, "text-field": label }, paint: HALO });
  fit(map, data.features);
}

function shapes(map, data) {
  map.addSource("shapes", { type: "geojson", data });
  const whole = ["==", ["to-string", ["get", "part"]], "0"];
  map.addLayer({ id: "shape", type: "fill", source: "shapes", paint: { "fill-color": PART_FILL, "fill-opacity": ["case", whole, 0.18, 0.35] } });
  map.addLayer({ id: "shape-edge", type: "line", source: "shapes", paint: { "line-color": PART_FILL, "line-width": ["case", whole, 1.2, 2.4] } });
  map.addLayer({ id: "shape-name", type: "symbol", source: "shapes", filter: ["has", "label"], layout: NAMES, paint: HALO });
  fit(map, data.features, 17);
}
