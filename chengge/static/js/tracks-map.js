// What the maps of tracks share: their words, points with a state and a name, and colours.

import { FONTS } from "./city-map-style.js";

export const words = JSON.parse(document.getElementById("tracks-words").textContent);
export const map = document.getElementById("tracks-map");

export const COLOURS = { inside: "#1c5d99", outside: "#c2410c", unsure: "#7b8794" };
const STATE_COLOURS = ["match", ["get", "state"], "alarm", "#d6336c", "outside", "#c2410c", "old", "#7b8794", "over", "#9aa7b4", "#1f7a33"];

export const say = (text, value) => text.replace("%s", value);

export function collection(features) {
  return { type: "FeatureCollection", features };
}

export function point({ lon, lat }, properties) {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] } };
}

/** The MapLibre map, or null where nothing can be drawn. */
export async function drawn() {
  await map.ready;
  return map.map;
}

/** Points with a name below them; those with a place only. */
export function addPoints(drawing, name, rows) {
  const data = collection(rows.filter(({ lon }) => lon !== null && lon !== undefined).map((row) => point(row, { id: row.id, name: row.name, state: row.state })));
  const there = drawing.getSource(name);
  if (there) {
    there.setData(data);
    return;
  }
  drawing.addSource(name, { type: "geojson", data });
  drawing.addLayer({
    id: name,
    type: "circle",
    source: name,
    paint: { "circle-color": STATE_COLOURS, "circle-radius": ["match", ["get", "state"], "alarm", 8, 6.5], "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 },
  });
  drawing.addLayer({
    id: `${name}-name`,
    type: "symbol",
    source: name,
    layout: {
      "text-field": ["get", "name"], "text-font": FONTS, "text-size": 12, "text-anchor": "top", "text-offset": [0, 0.8],
      "symbol-sort-key": ["match", ["get", "state"], "alarm", 0, "outside", 1, "old", 2, 3],
    },
    paint: { "text-color": "#14324f", "text-halo-color": "#ffffff", "text-halo-width": 1.6 },
  });
  drawing.on("mouseenter", name, () => (drawing.getCanvas().style.cursor = "pointer"));
  drawing.on("mouseleave", name, () => (drawing.getCanvas().style.cursor = ""));
}

/** Show all of the rows that have a place. */
export function fit(drawing, rows, maxZoom = 16) {
  const places = rows.filter(({ lon }) => lon !== null && lon !== undefined);
  if (!places.length) return;
  const lons = places.map(({ lon }) => lon);
  const lats = places.map(({ lat }) => lat);
  drawing.fitBounds([[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]], { padding: 56, maxZoom, animate: false });
}
