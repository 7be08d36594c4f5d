// The maps of unclear boundaries: zones by verdict, areas that are drawn, parts of a proposed cut, before and after a change.
//
// <city-map data-boundaries="/….geojson">  zones with `verdict`, `label`, `detail`, `cost`, `url`; a click opens what is known of one
// <city-map data-areas="/….geojson">       drawn areas with `name`, `organization`
// <city-map data-shapes="id of the JSON">  features with `part` (0: the place itself; a number; before; after) and `label`; the map shows all
import { FONTS } from "./city-map-style.js";

const VERDICT_FILL = ["match", ["get", "verdict"], "none", "#c92a4b", "several", "#e8930c", "#3c8f4f"];
const PART_FILL = ["match", ["to-string", ["get", "part"]], "1", "#1c5d99", "2", "#7a52b3", "3", "#2f7d4f", "before", "#6b7c8a", "after", "#1c5d99", "#1c5d99"];
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

/** Of each feature a point well inside its largest part, to write its name at: once, however the map is cut into tiles. */
function named({ features }) {
  const points = features.map(({ properties, geometry }) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: middle(geometry) } }));
  return { type: "FeatureCollection", features: points };
}

function middle({ type, coordinates }) {
  let best = { width: -1 };
  for (const rings of type === "Polygon" ? [coordinates] : coordinates) {
    const lats = rings[0].map(([, lat]) => lat);
    const south = Math.min(...lats);
    const height = Math.max(...lats) - south;
    for (const share of [0.5, 0.35, 0.65]) {
      const lat = south + share * height;
      const crossings = rings.flatMap((ring) => crossed(ring, lat)).sort((a, b) => a - b);
      for (let i = 1; i < crossings.length; i += 2) {
        const width = (crossings[i] - crossings[i - 1]) * height;
        if (width > best.width) best = { width, at: [(crossings[i] + crossings[i - 1]) / 2, lat] };
      }
    }
  }
  return best.at ?? (type === "Polygon" ? coordinates[0][0] : coordinates[0][0][0]);
}

/** Where a ring crosses a parallel. */
function crossed(ring, lat) {
  const found = [];
  for (let i = 1; i < ring.length; i += 1) {
    const [[ax, ay], [bx, by]] = [ring[i - 1], ring[i]];
    if (ay > lat !== by > lat) found.push(ax + ((bx - ax) * (lat - ay)) / (by - ay));
  }
  return found;
}

function areas(map, data) {
  const bodies = [...new Set(data.features.map(({ properties }) => properties.organization))];
  const colours = bodies.flatMap((body, number) => [body, AREA_FILLS[number % AREA_FILLS.length]]);
  const fill = bodies.length ? ["match", ["get", "organization"], ...colours, "#4f6b79"] : "#4f6b79";
  map.addSource("areas", { type: "geojson", data });
  map.addLayer({ id: "area", type: "fill", source: "areas", paint: { "fill-color": fill, "fill-opacity": 0.28 } });
  map.addLayer({ id: "area-edge", type: "line", source: "areas", paint: { "line-color": fill, "line-width": 2 } });
  const label = ["concat", ["get", "name"], "\n", ["get", "organization"]];
  map.addSource("area-names", { type: "geojson", data: named(data) });
  map.addLayer({ id: "area-name", type: "symbol", source: "area-names", layout: { ...NAMES, "text-field": label }, paint: HALO });
  fit(map, data.features);
}

function shapes(map, data) {
  map.addSource("shapes", { type: "geojson", data });
  const whole = ["==", ["to-string", ["get", "part"]], "0"];
  const fill = ["case", whole, VERDICT_FILL, PART_FILL];
  map.addLayer({ id: "shape", type: "fill", source: "shapes", paint: { "fill-color": fill, "fill-opacity": ["case", whole, 0.18, 0.35] } });
  map.addLayer({ id: "shape-edge", type: "line", source: "shapes", paint: { "line-color": fill, "line-width": ["case", whole, 1.2, 2.4] } });
  map.addSource("shape-names", { type: "geojson", data: named(data) });
  map.addLayer({ id: "shape-name", type: "symbol", source: "shape-names", filter: ["has", "label"], layout: NAMES, paint: HALO });
  fit(map, data.features, 17);
}
