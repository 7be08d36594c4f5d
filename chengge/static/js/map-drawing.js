// Areas drawn on a <city-map>, with snapping to borders that are there already, undo, and the result in a field of a form.
//
// On a page (the ready-made piece is templates/coordination/boundaries/drawing.html):
//   <div data-drawing-for="id of the city-map" data-drawing-field="name of the field in the same form">
//     <button type="button" data-drawing="draw">   draw an area: corner by corner, closed by its first corner or Enter, Esc gives it up
//     <button type="button" data-drawing="cut">    cut out a hole, or a piece at the edge, in the same way
//     <button type="button" data-drawing="change"> move corners, add one in the middle of a side, take one away by a right click
//     <button type="button" data-drawing="undo">   take the last step back
//     <button type="button" data-drawing="clear">  take everything away
//     <input type="checkbox" data-drawing="snap" checked>
//   </div>
//   <city-map id="…" data-layers="base divisions grids" data-snap="/more/areas.geojson"></city-map>
//   <p data-drawing-told data-draw="…" data-cut="…" data-change="…" data-mouse="…" data-whole="…" data-area="…%s…" data-failed="…" aria-live="polite">   what to do now, what is drawn
//   <textarea name="…">  GeoJSON of the areas, empty for none; whoever cannot draw writes it by hand
// The field gets {"type":"MultiPolygon"|"Polygon",…} after every step, and an `input` event; foundation.queries.drawn.border_drawn reads it.
//
// From a script:
//   const drawing = await startDrawing(cityMap, { snapUrls: ["/…"], onChange: (geometry) => … });   // null where nothing can be drawn
//   drawing.draw(); drawing.cut(); drawing.change(); drawing.rest(); drawing.undo(); drawing.clear(); drawing.put(geometry); drawing.geometry; drawing.snaps = false;
//
// While somebody draws, the map has the attribute `data-drawing` and opens no objects.

const REACH_PX = 12; // so near to a corner or side the pointer jumps onto it; corners first
const FINGER_PX = 28; // so near to a corner a press means it
const MOUSE_PX = 14;
const BLUE = "#1c5d99";
const GOLD = "#b7791f";
const RED = "#b3261e"; // what is cut out
const WHITE = "#ffffff";

/** Corners and sides of what is on the map already, to snap to. */
class Borders {
  #sets = new globalThis.Map(); // name → flat [lonA, latA, lonB, latB, …]

  put(name, collection) {
    const sides = [];
    const line = (places) => {
      for (let i = 1; i < places.length; i += 1) sides.push(places[i - 1][0], places[i - 1][1], places[i][0], places[i][1]);
    };
    const walk = ({ type, coordinates }) => {
      if (type === "LineString") line(coordinates);
      else if (type === "Polygon" || type === "MultiLineString") coordinates.forEach(line);
      else if (type === "MultiPolygon") coordinates.forEach((polygon) => polygon.forEach(line));
    };
    for (const { geometry } of collection.features ?? []) if (geometry) walk(geometry);
    this.#sets.set(name, Float64Array.from(sides));
  }

  /** The corner, else the point of a side, nearest to a place, within reach at a zoom; undefined where there is none. */
  nearest(lon, lat, zoom) {
    const perLon = (512 * 2 ** zoom) / 360;
    const perLat = perLon / Math.cos((lat * Math.PI) / 180);
    let corner, side;
    let cornerAway = REACH_PX ** 2;
    let sideAway = REACH_PX ** 2;
    for (const sides of this.#sets.values()) {
      for (let i = 0; i < sides.length; i += 4) {
        const ax = (sides[i] - lon) * perLon;
        const ay = (sides[i + 1] - lat) * perLat;
        const bx = (sides[i + 2] - lon) * perLon;
        const by = (sides[i + 3] - lat) * perLat;
        if (Math.min(ax, bx) > REACH_PX || Math.max(ax, bx) < -REACH_PX || Math.min(ay, by) > REACH_PX || Math.max(ay, by) < -REACH_PX) continue;
        if (ax * ax + ay * ay < cornerAway) {
          cornerAway = ax * ax + ay * ay;
          corner = [sides[i], sides[i + 1]];
        }
        if (bx * bx + by * by < cornerAway) {
          cornerAway = bx * bx + by * by;
          corner = [sides[i + 2], sides[i + 3]];
        }
        const dx = bx - ax;
        const dy = by - ay;
        const along = Math.max(0, Math.min(1, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
        const away = (ax + along * dx) ** 2 + (ay + along * dy) ** 2;
        if (away < sideAway) {
          sideAway = away;
          side = [sides[i] + along * (sides[i + 2] - sides[i]), sides[i + 1] + along * (sides[i + 3] - sides[i + 1])];
        }
      }
    }
    return (corner ?? side)?.map((degrees) => Number(degrees.toFixed(9)));
  }
}

class Drawing {
  snaps = true;
  #chart;
  #tool;
  #borders = new Borders();
  #whole = []; // areas that the tool does not take, such as those that touch themselves: kept as they are
  #onChange;

  constructor(chart, library, { onChange }) {
    const { TerraDraw, TerraDrawPolygonMode, TerraDrawRenderMode, TerraDrawSelectMode, TerraDrawModeUndoRedo, TerraDrawSessionUndoRedo } = library;
    this.#chart = chart;
    this.#onChange = onChange ?? (() => {});
    const toCustom = (event) => (this.snaps ? this.#borders.nearest(event.lng, event.lat, chart.map.getZoom()) : undefined);
    const pointerDistance = matchMedia("(pointer: coarse)").matches ? FINGER_PX : MOUSE_PX;
    const polygon = { fillColor: BLUE, fillOpacity: 0.18, outlineColor: BLUE, outlineWidth: 2.5, closingPointColor: GOLD, snappingPointColor: GOLD, snappingPointWidth: 7 };
    const hole = { ...polygon, fillColor: WHITE, fillOpacity: 0.6, outlineColor: RED };
    const ofHole = (yes, no) => ({ properties }) => (properties.mode === "cut" ? yes : no);
    const selected = { selectedPolygonColor: ofHole(WHITE, BLUE), selectedPolygonFillOpacity: ofHole(0.6, 0.18), selectedPolygonOutlineColor: ofHole(RED, BLUE), selectedPolygonOutlineWidth: 2.5, selectionPointColor: BLUE, selectionPointWidth: 5, selectionPointOutlineWidth: 1.5, midPointColor: GOLD, midPointWidth: 3, midPointOutlineWidth: 1 };
    const corners = { feature: { draggable: false, coordinates: { draggable: true, midpoints: true, deletable: true, snappable: { toCustom } } } };
    this.#tool = new TerraDraw({
      adapter: new library.TerraDrawMapLibreGLAdapter({ map: chart.map, coordinatePrecision: 9 }),
      modes: [
        new TerraDrawPolygonMode({ pointerDistance, snapping: { toCustom, toCoordinate: false }, styles: polygon, showCoordinatePoints: true }),
        new TerraDrawPolygonMode({ modeName: "cut", pointerDistance, snapping: { toCustom, toCoordinate: false }, styles: hole, showCoordinatePoints: true }),
        new TerraDrawSelectMode({
          pointerDistance,
          flags: { polygon: corners, cut: corners },
          keyEvents: { deselect: null, delete: null, rotate: null, scale: null },
          styles: selected,
        }),
        new TerraDrawRenderMode({ modeName: "rest", styles: polygon }),
      ],
      undoRedo: { modeLevel: new TerraDrawModeUndoRedo(), sessionLevel: new TerraDrawSessionUndoRedo() },
    });
    this.#tool.start();
    this.#tool.setMode("rest");
    this.#tool.on("finish", (_id, { mode, action }) => {
      // Whoever has closed an area may put its corners right at once.
      if ((mode === "polygon" || mode === "cut") && action === "draw") setTimeout(() => (this.change(), this.#tell()));
      else this.#tell();
    });
    chart.map.on("click", ({ lngLat }) => this.#chooseInner(lngLat.lng, lngLat.lat));
  }

  /** Learn what lies on the map: divisions, roads, the grids in the window, and the given addresses. */
  async learn(urls) {
    const { sources } = this.#chart.config;
    const named = [["divisions", sources.divisions], ["ground", sources.ground], ...urls.map((url) => [url, url])];
    const grids = () => this.#borders.put("grids", { features: this.#chart.featuresOf("grids") });
    this.#chart.map.on("idle", grids);
    await Promise.all(
      named.map(async ([name, url]) => {
        const answer = url ? await fetch(url).catch(() => null) : null;
        if (answer?.ok) this.#borders.put(name, await answer.json());
      }),
    );
  }

  get mode() {
    return this.#tool.getMode();
  }

  draw() {
    this.#busy("polygon");
  }

  cut() {
    this.#busy("cut");
  }

  change() {
    const [first] = this.#areas();
    this.#busy("select");
    if (first) this.#tool.selectFeature(first.id);
  }

  rest() {
    this.#tool.setMode("rest");
    this.#chart.removeAttribute("data-drawing");
  }

  undo() {
    this.#tool.undo();
    this.#tell();
  }

  clear() {
    this.#whole = [];
    this.#tool.clear();
    this.#tell();
  }

  /** Put areas in place of what is drawn. Returns whether all of them can be edited. */
  put(geometry) {
    this.#tool.clear();
    const polygons = polygonsOf(geometry).map((rings) => rings.map((ring) => ring.map(([lon, lat]) => [Number(lon.toFixed(9)), Number(lat.toFixed(9))])));
    this.#whole = [];
    for (const rings of polygons) {
      const results = this.#tool.addFeatures(rings.map((ring, number) => featureOf(ring, number ? "cut" : "polygon")));
      if (results.every(({ valid }) => valid)) continue;
      this.#tool.removeFeatures(results.filter(({ valid }) => valid).map(({ id }) => id));
      this.#whole.push(rings);
    }
    this.#tool.clearUndoRedoHistory();
    return !this.#whole.length;
  }

  /** What is drawn: a polygon, several, or null. */
  get geometry() {
    const rings = this.#areas();
    const [shells, holes] = ["polygon", "cut"].map((mode) => rings.filter(({ properties }) => properties.mode === mode).map(({ geometry }) => geometry.coordinates[0]));
    const polygons = [...this.#whole, ...shells.map((shell) => [shell, ...holes.filter((hole) => meet(shell, hole))])];
    if (!polygons.length) return null;
    return polygons.length === 1 ? { type: "Polygon", coordinates: polygons[0] } : { type: "MultiPolygon", coordinates: polygons };
  }

  #areas() {
    return this.#tool.getSnapshot().filter(({ geometry, properties }) => geometry.type === "Polygon" && ["polygon", "cut"].includes(properties.mode) && !properties.currentlyDrawing);
  }

  /** Where a hole lies in an area a click means the hole, unless it is on the border of what is chosen already. */
  #chooseInner(lon, lat) {
    if (this.mode !== "select") return;
    const areas = this.#areas();
    const chosen = areas.find(({ properties }) => properties.selected);
    const hole = areas.findLast(({ geometry, properties }) => properties.mode === "cut" && holds(geometry.coordinates[0], lon, lat));
    if (!chosen || !hole || chosen.id === hole.id || chosen.properties.mode === "cut") return;
    const border = new Borders();
    border.put("chosen", { features: [chosen] });
    if (border.nearest(lon, lat, this.#chart.map.getZoom())) return;
    this.#tool.deselectFeature(chosen.id);
    this.#tool.selectFeature(hole.id);
  }

  #busy(mode) {
    this.#tool.setMode(mode);
    this.#chart.setAttribute("data-drawing", "");
  }

  #tell() {
    this.#onChange(this.geometry);
  }
}

function featureOf(ring, mode) {
  return { type: "Feature", properties: { mode }, geometry: { type: "Polygon", coordinates: [ring] } };
}

/** Whether a place lies in a ring. */
function holds(ring, lon, lat) {
  let inside = false;
  for (let i = 1; i < ring.length; i += 1) {
    const [ax, ay] = ring[i - 1];
    const [bx, by] = ring[i];
    if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** Whether a hole belongs to an area: a corner of one lies in the other. */
function meet(shell, hole) {
  return hole.some(([lon, lat]) => holds(shell, lon, lat)) || shell.some(([lon, lat]) => holds(hole, lon, lat));
}

/** Whether a hole reaches over the border: how large the area is, is known when it is checked. */
function bitten(geometry) {
  return polygonsOf(geometry).some(([shell, ...holes]) => holes.some((hole) => hole.some(([lon, lat]) => !holds(shell, lon, lat))));
}

/** Begin to draw on a <city-map>; null where this browser cannot draw maps. */
export async function startDrawing(chart, { snapUrls = [], onChange } = {}) {
  await chart.ready;
  if (!chart.map) return null;
  const [library, adapter] = await Promise.all([import("terra-draw"), import("terra-draw-maplibre-gl-adapter")]);
  const drawing = new Drawing(chart, { ...library, ...adapter }, { onChange });
  drawing.learn(snapUrls);
  return drawing;
}

/** The polygons, each as its rings, of GeoJSON that holds areas. */
export function polygonsOf(geojson) {
  switch (geojson?.type) {
    case "Polygon":
      return [geojson.coordinates];
    case "MultiPolygon":
      return geojson.coordinates;
    case "Feature":
      return polygonsOf(geojson.geometry);
    case "FeatureCollection":
      return geojson.features.flatMap(polygonsOf);
    default:
      return [];
  }
}

/** Square metres of areas on the ground, near enough to be told while drawing. */
export function squareMetres(geometry) {
  const ringArea = (ring) => {
    // Metres per degree on the ellipsoid of WGS 84, at the ring's middle.
    const middle = ((Math.min(...ring.map(([, lat]) => lat)) + Math.max(...ring.map(([, lat]) => lat))) / 2) * (Math.PI / 180);
    const perLat = 111_132.954 - 559.822 * Math.cos(2 * middle) + 1.175 * Math.cos(4 * middle);
    const perLon = 111_412.84 * Math.cos(middle) - 93.5 * Math.cos(3 * middle);
    let twice = 0;
    for (let i = 1; i < ring.length; i += 1) {
      twice += (ring[i - 1][0] - ring[0][0]) * (ring[i][1] - ring[0][1]) - (ring[i][0] - ring[0][0]) * (ring[i - 1][1] - ring[0][1]);
    }
    return Math.abs(twice / 2) * perLon * perLat;
  };
  return polygonsOf(geometry).reduce((sum, [outer, ...holes]) => sum + ringArea(outer) - holes.reduce((inner, hole) => inner + ringArea(hole), 0), 0);
}

function parsed(text) {
  try {
    return text.trim() ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function fit(map, geometry) {
  const places = polygonsOf(geometry).flatMap(([outer]) => outer);
  if (!places.length) return;
  const lons = places.map(([lon]) => lon);
  const lats = places.map(([, lat]) => lat);
  map.fitBounds([[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]], { padding: 60, maxZoom: 17, animate: false });
}

async function bind(bar) {
  const chart = document.getElementById(bar.dataset.drawingFor);
  const form = bar.closest("form");
  const field = form.elements[bar.dataset.drawingField];
  const told = form.querySelector("[data-drawing-told]");
  const buttons = new globalThis.Map([...bar.querySelectorAll("button[data-drawing]")].map((button) => [button.dataset.drawing, button]));
  const drawing = await startDrawing(chart, {
    snapUrls: chart.dataset.snap ? [chart.dataset.snap] : [],
    onChange: (geometry) => {
      field.value = geometry ? JSON.stringify(geometry) : "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      show();
    },
  });
  if (!drawing) {
    bar.hidden = true;
    told.textContent = told.dataset.failed;
    field.closest("details")?.setAttribute("open", "");
    return;
  }
  const fine = matchMedia("(pointer: fine)").matches;
  const show = () => {
    for (const [name, mode] of [["draw", "polygon"], ["cut", "cut"], ["change", "select"]]) buttons.get(name)?.setAttribute("aria-pressed", String(drawing.mode === mode));
    const geometry = drawing.geometry;
    const hint = { polygon: told.dataset.draw, cut: told.dataset.cut, select: fine ? `${told.dataset.change} ${told.dataset.mouse}` : told.dataset.change }[drawing.mode] ?? "";
    const area = geometry && !bitten(geometry) ? told.dataset.area.replace("%s", Math.round(squareMetres(geometry)).toLocaleString(document.documentElement.lang)) : "";
    told.textContent = [area, hint, kept ? told.dataset.whole : ""].filter(Boolean).join(" ");
  };
  let kept = false; // whether some part is shown in the field only
  const begin = () => {
    const geometry = parsed(field.value);
    if (!geometry) return;
    kept = !drawing.put(geometry);
    fit(chart.map, geometry);
    drawing.change();
    show();
  };
  buttons.get("draw")?.addEventListener("click", () => (drawing.mode === "polygon" ? drawing.rest() : drawing.draw(), show()));
  buttons.get("cut")?.addEventListener("click", () => (drawing.mode === "cut" ? drawing.rest() : drawing.cut(), show()));
  buttons.get("change")?.addEventListener("click", () => (drawing.mode === "select" ? drawing.rest() : drawing.change(), show()));
  buttons.get("undo")?.addEventListener("click", () => drawing.undo());
  buttons.get("clear")?.addEventListener("click", () => ((kept = false), drawing.clear(), drawing.draw(), show()));
  bar.querySelector("input[data-drawing='snap']")?.addEventListener("change", ({ target }) => (drawing.snaps = target.checked));
  field.addEventListener("change", begin); // written by hand
  form.addEventListener("click", ({ target }) => {
    const place = target.closest?.("[data-fly]")?.dataset.fly?.split(",").map(Number);
    if (place) chart.flyTo(place[0], place[1], 18);
  });
  begin();
  chart.setAttribute("data-drawing-ready", "");
}

for (const bar of document.querySelectorAll("[data-drawing-for]")) bind(bar);
