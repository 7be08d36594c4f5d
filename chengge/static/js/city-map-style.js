// How the city is drawn: MapLibre style sources and layers, and the small pictures that stand for cases.

// Drawn by the browser itself: there is no glyph server. The first family that the machine has is used, for every script.
export const FONTS = ["Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "Source Han Sans SC", "sans-serif"];

// Light colours are those of chengge.css; each has a shape too, so that colour is never the only sign.
export const LIGHT_COLOURS = { green: "#2f9e44", yellow: "#e8930c", red: "#d6336c" };

// One colour for each major class of components (01 to 05), and grey for what a city has added.
const MAJOR_COLOURS = ["match", ["get", "major"], "01", "#3b6fb6", "02", "#7a52b3", "03", "#a8652a", "04", "#3f8a3c", "05", "#4f6b79", "#7b8794"];

const AREA_TINTS = ["match", ["get", "area_class"], "A", "#1c5d99", "B", "#5f8f3f", "C", "#b07b2c", "#8fa3b5"];

const EMPTY = { type: "FeatureCollection", features: [] };

const byZoom = (...stops) => ["interpolate", ["exponential", 1.6], ["zoom"], ...stops];

// Widths in pixels at zooms 11, 14, 17 and 20; the casing is wider by `edge` on both sides.
const ROADS = {
  lane: { minzoom: 14, widths: [0, 0.8, 5, 26], fill: "#ffffff", casing: "#ddd6c8" },
  street: { minzoom: 12, widths: [0.5, 2.6, 10, 52], fill: "#ffffff", casing: "#d3cab8" },
  arterial: { minzoom: 0, widths: [1.6, 5.5, 17, 80], fill: "#fdeeb8", casing: "#dfc583" },
};

function road(kind, edge, colour, name) {
  const { minzoom, widths } = ROADS[kind];
  return {
    id: `${name}-${kind}`,
    type: "line",
    source: "ground",
    minzoom,
    filter: ["==", ["get", "kind"], kind],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": colour,
      "line-width": byZoom(11, widths[0] + edge, 14, widths[1] + edge, 17, widths[2] + edge * 1.4, 20, widths[3] + edge * 2),
    },
  };
}

const isLine = ["==", ["geometry-type"], "LineString"];
const isArea = ["==", ["geometry-type"], "Polygon"];
const isKind = (kind) => ["==", ["get", "kind"], kind];

function groundLayers() {
  return [
    { id: "green", type: "fill", source: "ground", filter: isKind("green"), paint: { "fill-color": "#d3e6c4", "fill-outline-color": "#c3dab1" } },
    { id: "water", type: "fill", source: "ground", filter: ["all", isKind("water"), isArea], paint: { "fill-color": "#aed3ea", "fill-outline-color": "#94c1de" } },
    {
      id: "stream",
      type: "line",
      source: "ground",
      filter: ["all", isKind("water"), isLine],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": "#aed3ea", "line-width": byZoom(11, 1.5, 14, 5, 17, 16, 20, 60) },
    },
    {
      id: "building",
      type: "fill",
      source: "buildings",
      minzoom: 14,
      paint: {
        "fill-color": "#e3dccf",
        "fill-outline-color": "#cfc5b3",
        "fill-opacity": ["interpolate", ["linear"], ["zoom"], 14, 0, 14.8, 1],
      },
    },
    ...["lane", "street", "arterial"].map((kind) => road(kind, 1.6, ROADS[kind].casing, "casing")),
    ...["lane", "street", "arterial"].map((kind) => road(kind, 0, ROADS[kind].fill, "road")),
  ];
}

function nameLayers() {
  const along = (id, filter, minzoom, size, colour) => ({
    id,
    type: "symbol",
    source: "ground",
    minzoom,
    filter,
    layout: {
      "symbol-placement": "line",
      "symbol-spacing": 320,
      "text-field": ["get", "name"],
      "text-font": FONTS,
      "text-size": size,
      "text-letter-spacing": 0.06,
      "text-max-angle": 40,
    },
    paint: { "text-color": colour, "text-halo-color": "#ffffff", "text-halo-width": 1.6 },
  });
  const roadSize = (least, most) => ["interpolate", ["linear"], ["zoom"], 12, least, 18, most];
  return [
    along("name-lane", isKind("lane"), 16.2, roadSize(10, 12), "#6b6455"),
    along("name-street", isKind("street"), 14, roadSize(10, 14), "#5f5848"),
    along("name-arterial", isKind("arterial"), 12, roadSize(11, 15), "#574d33"),
    along("name-stream", ["all", isKind("water"), isLine], 13, roadSize(11, 14), "#3b7ea8"),
    {
      id: "name-area",
      type: "symbol",
      source: "ground",
      minzoom: 13.5,
      filter: ["all", ["in", ["get", "kind"], ["literal", ["water", "green"]]], isArea],
      layout: { "text-field": ["get", "name"], "text-font": FONTS, "text-size": 12, "text-max-width": 7 },
      paint: {
        "text-color": ["match", ["get", "kind"], "water", "#3b7ea8", "#4d7d38"],
        "text-halo-color": "#ffffff",
        "text-halo-width": 1.4,
      },
    },
    {
      id: "name-building",
      type: "symbol",
      source: "buildings",
      minzoom: 16.5,
      filter: ["!=", ["get", "name"], ""],
      layout: { "text-field": ["get", "name"], "text-font": FONTS, "text-size": 11, "text-max-width": 7 },
      paint: { "text-color": "#6f6655", "text-halo-color": "#f4f1ea", "text-halo-width": 1.2 },
    },
  ];
}

function borderLayers() {
  const label = (id, source, minzoom, text, paint, size = 12) => ({
    id,
    type: "symbol",
    source,
    minzoom,
    layout: { "text-field": text, "text-font": FONTS, "text-size": size, "text-max-width": 8 },
    paint: { "text-halo-color": "#ffffff", "text-halo-width": 1.6, ...paint },
  });
  return {
    divisions: [
      { id: "community-line", type: "line", source: "divisions", minzoom: 12.5, filter: ["==", ["get", "level"], "community"], paint: { "line-color": "#8a6d9e", "line-width": 1.1, "line-opacity": 0.8, "line-dasharray": [4, 3] } },
      { id: "street-line", type: "line", source: "divisions", filter: ["==", ["get", "level"], "street"], paint: { "line-color": "#7a4f94", "line-opacity": 0.8, "line-width": byZoom(10, 1.2, 16, 2.4), "line-dasharray": [6, 2, 1, 2] } },
      { ...label("community-name", "division-names", 13, ["get", "label"], { "text-color": "#6b4a80" }), filter: ["==", ["get", "level"], "community"] },
      { ...label("street-name", "division-names", 10, ["get", "label"], { "text-color": "#5b3573" }, 15), maxzoom: 13.6, filter: ["==", ["get", "level"], "street"] },
    ],
    responsibility: [
      { id: "responsibility-line", type: "line", source: "responsibility", minzoom: 11, paint: { "line-color": "#b3541e", "line-width": byZoom(11, 0.8, 16, 2.4) } },
      label("responsibility-name", "responsibility-names", 14, ["get", "label"], { "text-color": "#8f3f12" }),
    ],
    grids: [
      { id: "grid-tint", type: "fill", source: "grids", paint: { "fill-color": AREA_TINTS, "fill-opacity": 0.07 } },
      { id: "grid-line", type: "line", source: "grids", paint: { "line-color": "#6f8aa5", "line-width": byZoom(13, 0.4, 18, 1.6), "line-opacity": 0.75 } },
      label("grid-code", "grid-names", 15.6, ["step", ["zoom"], ["get", "short"], 17.4, ["get", "label"]], { "text-color": "#33556f" }, 11),
    ],
  };
}

function objectLayers() {
  return {
    components: [
      {
        id: "component-group",
        type: "circle",
        source: "components",
        filter: ["has", "point_count"],
        paint: { "circle-color": "#ffffff", "circle-opacity": 0.92, "circle-radius": ["step", ["get", "point_count"], 7, 10, 9, 100, 11], "circle-stroke-color": "#8a9bab", "circle-stroke-width": 1.2 },
      },
      {
        id: "component-count",
        type: "symbol",
        source: "components",
        filter: ["has", "point_count"],
        layout: { "text-field": ["get", "point_count_abbreviated"], "text-font": FONTS, "text-size": 11, "text-allow-overlap": true },
        paint: { "text-color": "#33475b" },
      },
      {
        id: "component",
        type: "circle",
        source: "components",
        filter: ["!", ["has", "point_count"]],
        paint: { "circle-color": MAJOR_COLOURS, "circle-radius": byZoom(14, 2.4, 18, 6), "circle-stroke-color": "#ffffff", "circle-stroke-width": 1 },
      },
      {
        id: "component-name",
        type: "symbol",
        source: "components",
        minzoom: 17.6,
        filter: ["!", ["has", "point_count"]],
        layout: { "text-field": ["get", "label"], "text-font": FONTS, "text-size": 10.5, "text-anchor": "top", "text-offset": [0, 0.7] },
        paint: { "text-color": "#3a4a59", "text-halo-color": "#ffffff", "text-halo-width": 1.2 },
      },
    ],
    cases: [
      {
        // A ring in the worst light of the group; how many are red stands below the number of all.
        id: "case-group",
        type: "circle",
        source: "cases",
        filter: ["has", "point_count"],
        paint: {
          "circle-color": "#ffffff",
          "circle-radius": ["step", ["get", "point_count"], 12, 10, 15, 50, 19, 200, 24],
          "circle-stroke-color": ["case", [">", ["get", "red"], 0], LIGHT_COLOURS.red, [">", ["get", "yellow"], 0], LIGHT_COLOURS.yellow, LIGHT_COLOURS.green],
          "circle-stroke-width": 4,
        },
      },
      {
        id: "case-count",
        type: "symbol",
        source: "cases",
        filter: ["has", "point_count"],
        layout: {
          "text-field": [
            "case",
            [">", ["get", "red"], 0],
            ["format", ["get", "point_count_abbreviated"], {}, ["concat", "\n◆", ["get", "red"]], { "font-scale": 0.78, "text-color": "#b8245a" }],
            ["get", "point_count_abbreviated"],
          ],
          "text-font": FONTS,
          "text-size": 12,
          "text-line-height": 1,
          "text-allow-overlap": true,
        },
        paint: { "text-color": "#1d2b3a" },
      },
      {
        id: "case",
        type: "symbol",
        source: "cases",
        filter: ["!", ["has", "point_count"]],
        layout: {
          "icon-image": ["concat", "light-", ["get", "light"]],
          "icon-size": ["interpolate", ["linear"], ["zoom"], 11, 0.7, 16, 1],
          "icon-allow-overlap": true,
          // The later a case, the higher it lies.
          "symbol-sort-key": ["match", ["get", "light"], "red", 3, "yellow", 2, 1],
        },
      },
    ],
  };
}

/** Which style layers a named layer of the element is made of, bottom to top. */
export function layersByName() {
  return { ...borderLayers(), ...objectLayers() };
}

/**
 * The whole style.
 * @param {{tiles: ?{url: string, attribution: string}, sources: Object<string, string>}} config what the server says about the map
 */
export function cityStyle(config) {
  const points = (options) => ({ type: "geojson", data: EMPTY, ...options });
  const sources = {
    divisions: points(),
    "division-names": points(),
    responsibility: points(),
    "responsibility-names": points(),
    grids: points(),
    "grid-names": points(),
    components: points({ cluster: true, clusterRadius: 20, clusterMaxZoom: 15 }),
    cases: points({
      cluster: true,
      clusterRadius: 34,
      clusterMaxZoom: 14,
      clusterProperties: {
        red: ["+", ["case", ["==", ["get", "light"], "red"], 1, 0]],
        yellow: ["+", ["case", ["==", ["get", "light"], "yellow"], 1, 0]],
      },
    }),
    accuracy: points(),
    way: points(),
  };
  const named = layersByName();
  let ground;
  let names;
  if (config.tiles) {
    sources.tiles = { type: "raster", tiles: [config.tiles.url], tileSize: 256, maxzoom: 18, attribution: config.tiles.attribution };
    ground = [{ id: "tiles", type: "raster", source: "tiles" }];
    names = [];
  } else {
    sources.ground = { type: "geojson", data: config.sources.ground, tolerance: 0.3 };
    sources.buildings = { type: "geojson", data: config.sources.buildings, tolerance: 0.2 };
    ground = groundLayers();
    names = nameLayers();
  }
  return {
    version: 8,
    sources,
    layers: [
      { id: "background", type: "background", paint: { "background-color": "#f4f1ea" } },
      ...ground,
      ...named.grids.slice(0, 2),
      ...named.responsibility.slice(0, 1),
      ...named.divisions.slice(0, 2),
      { id: "accuracy", type: "fill", source: "accuracy", paint: { "fill-color": "#1c5d99", "fill-opacity": 0.15, "fill-outline-color": "#1c5d99" } },
      { id: "accuracy-line", type: "line", source: "accuracy", paint: { "line-color": "#1c5d99", "line-width": 1.2 } },
      { id: "way", type: "line", source: "way", layout: { "line-cap": "round" }, paint: { "line-color": "#1c5d99", "line-width": 3, "line-dasharray": [1, 1.8] } },
      ...names,
      ...named.grids.slice(2),
      ...named.responsibility.slice(1),
      ...named.divisions.slice(2),
      ...named.components,
      ...named.cases,
    ],
  };
}

const PIXEL_RATIO = 2;
const ICON_SIZE = 22;

// Green: a disc with a tick; yellow: a triangle with a bang; red: a diamond with a cross.
const SHAPES = {
  green(context, size) {
    context.arc(size / 2, size / 2, size * 0.38, 0, Math.PI * 2);
  },
  yellow(context, size) {
    context.moveTo(size / 2, size * 0.06);
    context.lineTo(size * 0.97, size * 0.9);
    context.lineTo(size * 0.03, size * 0.9);
    context.closePath();
  },
  red(context, size) {
    context.moveTo(size / 2, size * 0.02);
    context.lineTo(size * 0.98, size / 2);
    context.lineTo(size / 2, size * 0.98);
    context.lineTo(size * 0.02, size / 2);
    context.closePath();
  },
};

const SIGNS = { green: "✓", yellow: "!", red: "×" };

/** The picture of one light as raw pixels for `map.addImage`. */
export function lightIcon(light) {
  const size = ICON_SIZE * PIXEL_RATIO;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  context.beginPath();
  SHAPES[light](context, size);
  context.fillStyle = LIGHT_COLOURS[light];
  context.fill();
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = "#ffffff";
  context.stroke();
  context.fillStyle = "#ffffff";
  context.font = `700 ${size * 0.42}px sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(SIGNS[light], size / 2, size * (light === "yellow" ? 0.62 : 0.52));
  return { pixels: context.getImageData(0, 0, size, size), options: { pixelRatio: PIXEL_RATIO } };
}

/** A polygon that looks like a circle of `metres` around a point. */
export function circleAround(lon, lat, metres) {
  const degreesLat = metres / 111320;
  const degreesLon = degreesLat / Math.cos((lat * Math.PI) / 180);
  const ring = Array.from({ length: 65 }, (_, i) => {
    const turn = (i / 64) * Math.PI * 2;
    return [lon + degreesLon * Math.cos(turn), lat + degreesLat * Math.sin(turn)];
  });
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
}

/** Metres between two points on the ground. */
export function metresBetween([lonA, latA], [lonB, latB]) {
  const radians = Math.PI / 180;
  const x = (lonB - lonA) * radians * Math.cos(((latA + latB) / 2) * radians);
  const y = (latB - latA) * radians;
  return Math.hypot(x, y) * 6371008.8;
}
