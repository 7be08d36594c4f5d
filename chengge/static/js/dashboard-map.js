// The map of the dashboards: areas shaded by a figure, over the city's own map.
import { SHADES, shown } from "./chart-kinds.js";

const place = document.getElementById("heat-map");
const key = document.getElementById("heat-key");
const LEVEL = { street: "street", community: "community" };

function legend(edges, unit) {
  key.replaceChildren(
    ...edges.map((edge, shade) => {
      const item = document.createElement("li");
      const box = document.createElement("span");
      box.className = "heat-box";
      box.style.background = SHADES[shade + 1];
      const next = edges[shade + 1];
      item.append(box, next === undefined ? `≥ ${shown(edge, unit)}` : `${shown(edge, unit)} – ${shown(next, unit)}`);
      return item;
    }),
  );
}

async function shade(map) {
  const answer = await fetch(place.dataset.heat);
  if (!answer.ok) return;
  const areas = await answer.json();
  const edges = areas.features[0]?.properties.edges ?? [];
  legend(edges, place.dataset.unit);
  const over = map.getLayer("street-line") ? "community-line" : undefined;
  map.addSource("heat", { type: "geojson", data: areas });
  const colour = ["match", ["get", "shade"], ...SHADES.flatMap((shadeColour, number) => [number, shadeColour]), SHADES[0]];
  map.addLayer({ id: "heat", type: "fill", source: "heat", paint: { "fill-color": colour, "fill-opacity": ["case", ["==", ["get", "shade"], 0], 0.25, 0.72] } }, over);
  map.addLayer({ id: "heat-line", type: "line", source: "heat", paint: { "line-color": "#ffffff", "line-width": place.dataset.by in LEVEL ? 1.2 : 0.4 } }, over);
  const { Popup } = await import("maplibre-gl");
  const popup = new Popup({ closeButton: false, maxWidth: "260px" });
  map.on("mousemove", "heat", ({ features, lngLat }) => {
    const { label, value, cases } = features[0].properties;
    const text = document.createElement("div");
    text.textContent = place.dataset.unit === "count" ? `${label}: ${shown(cases, "count")}` : `${label}: ${shown(value, place.dataset.unit)} (${shown(cases, "count")})`;
    popup.setLngLat(lngLat).setDOMContent(text).addTo(map);
  });
  map.on("mouseleave", "heat", () => popup.remove());
  map.once("idle", () => place.setAttribute("data-shaded", ""));
}

// Paper shows no WebGL: a picture of the map as it stands is put in its place.
function pictureFor(map) {
  const picture = document.createElement("canvas");
  picture.className = "map-picture";
  picture.setAttribute("aria-hidden", "true");
  place.after(picture);
  addEventListener("beforeprint", () => {
    map.redraw();
    const drawn = map.getCanvas();
    picture.width = drawn.width;
    picture.height = drawn.height;
    picture.getContext("2d").drawImage(drawn, 0, 0);
  });
}

if (place) {
  place.ready.then(({ map }) => {
    if (!map) return;
    shade(map);
    pictureFor(map);
  });
}
