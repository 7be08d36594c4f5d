// <city-map>: the city on a page.
//
// Attributes
//   data-center="lon,lat" data-zoom="16"   where it opens; without them the whole city
//   data-point="lon,lat"                   a pin, and where it opens if there is no center
//   data-accuracy="12"                     metres of doubt, drawn as a circle around the pin
//   data-from="lon,lat"                    where the person stands: a second mark and the straight way to the pin
//   data-layers="base grids divisions responsibility components cases"
//   data-src="/…"                          GeoJSON of the cases, by window
//   data-refresh="30"                      seconds after which the cases are asked for again
//   data-pick                              lets a person choose the point: click, drag the pin, or Enter in the middle
//   data-list="element id"                 a <ul> to keep the list of objects in; without it the map keeps one in its corner
//   data-label="…"                         what the map shows, for screen readers
//   data-drawing                           set while somebody draws on it (map-drawing.js): clicks choose nothing then
//   data-config="/…"                       where it learns how to draw the city; without it the members' own
// Events (bubbling): `map-ready`, `place-picked` {lon, lat}, `object-chosen` {layer, properties, lon, lat}, `map-moved` {zoom, notes}

import { circleAround, cityStyle, layersByName, lightIcon } from "./city-map-style.js";
import { describe, fillList, focusItem, keyOf } from "./city-map-list.js";
import { WindowedLayer, namePoints, pointOf } from "./city-map-windows.js";

const CONFIG_URL = "/map/config.json";
const LEAST_ZOOM = { grids: 14.2, components: 15.6, cases: 0 };
const WHOLE = { divisions: "division-names", responsibility: "responsibility-names" };
const EMPTY = { type: "FeatureCollection", features: [] };
const CHOOSABLE = ["case", "component", "grid-tint"];
const LAYER_OF = { case: "cases", component: "components", "grid-tint": "grids" };

// The element brings its own looks, so that a page needs nothing but this script.
const STYLES = ["../vendor/maplibre-gl/maplibre-gl.css", "../css/map.css"].map((path) => new URL(path, import.meta.url).href);

// Words for the moment before, or instead of, the server's own.
const NO_ANSWER = { zh: "地图没有载入。", en: "The map could not be loaded." };

function parsePoint(text) {
  const [lon, lat] = (text ?? "").split(",").map(Number);
  return text && Number.isFinite(lon) && Number.isFinite(lat) ? [lon, lat] : null;
}

function canDraw() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

/** Put the style sheets into the page where they are not there yet, and wait for them. */
function looks() {
  const waiting = STYLES.map((href) => {
    const found = [...document.querySelectorAll('link[rel="stylesheet"]')].find((link) => link.href === href);
    if (found?.sheet) return null;
    const link = found ?? Object.assign(document.createElement("link"), { rel: "stylesheet", href });
    const loaded = new Promise((resolve) => {
      link.addEventListener("load", resolve);
      link.addEventListener("error", resolve);
    });
    if (!found) document.head.append(link);
    return loaded;
  });
  return Promise.all(waiting);
}

const configs = new globalThis.Map();

function configOf(url, language) {
  const key = `${language} ${url}`;
  if (!configs.has(key)) {
    const asked = fetch(url, { headers: { Accept: "application/json" } }).then((answer) => {
      if (!answer.ok) throw new Error(`${answer.status}`);
      return answer.json();
    });
    asked.catch(() => configs.delete(key));
    configs.set(key, asked);
  }
  return configs.get(key);
}

export class CityMap extends HTMLElement {
  static observedAttributes = ["data-point", "data-accuracy", "data-from"];

  #maplibre = null;
  #map = null;
  #config = null;
  #words = {};
  #windows = new globalThis.Map();
  #whole = new globalThis.Map();
  #sieves = new globalThis.Map();
  #shown = new Set();
  #pin = null;
  #stand = null;
  #popup = null;
  #timer = 0;
  #parts = {};
  #window = null; // [west, south, east, north] where nothing can be drawn

  /** Settles when the map stands, or its list does where nothing can be drawn. */
  ready = new Promise((resolve) => {
    this.settle = resolve;
  });

  async connectedCallback() {
    if (this.#parts.canvas) return;
    this.#build();
    try {
      [this.#config] = await Promise.all([configOf(this.dataset.config ?? CONFIG_URL, document.documentElement.lang), looks()]);
    } catch {
      this.#say(document.documentElement.lang.startsWith("en") ? NO_ANSWER.en : NO_ANSWER.zh);
      return;
    }
    if (!this.isConnected) return;
    this.#words = this.#config.words;
    this.#shown = new Set((this.dataset.layers ?? "base grids").split(/\s+/).filter(Boolean));
    this.#label();
    for (const name of ["grids", "components"]) this.#windows.set(name, new WindowedLayer(name, this.#config.sources[name], LEAST_ZOOM[name]));
    if (this.dataset.src) this.#windows.set("cases", new WindowedLayer("cases", this.dataset.src, LEAST_ZOOM.cases));
    const drawn = canDraw() && (await this.#draw());
    if (!drawn) await this.#onlyList();
    if (this.dataset.refresh) this.#timer = setInterval(() => this.refresh("cases"), Number(this.dataset.refresh) * 1000);
    this.settle(this);
    this.dispatchEvent(new CustomEvent("map-ready", { bubbles: true }));
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
    this.#map?.remove();
    this.#map = null;
    this.#parts = {};
    this.replaceChildren();
  }

  attributeChangedCallback() {
    if (this.#map) this.#placePin();
  }

  /** The MapLibre map, or null where nothing can be drawn. */
  get map() {
    return this.#map;
  }

  get words() {
    return this.#words;
  }

  get config() {
    return this.#config;
  }

  /** Features of a windowed layer as last fetched, without those that a sieve holds back. */
  featuresOf(name) {
    const features = this.#windows.get(name)?.features ?? [];
    const sieve = this.#sieves.get(name);
    return sieve ? features.filter(({ properties }) => sieve(properties)) : features;
  }

  /** Show only the features of a layer for which `keep(properties)` is true. */
  sift(name, keep) {
    this.#sieves.set(name, keep);
    const layer = this.#windows.get(name);
    if (layer) this.#put(layer);
    this.#report();
  }

  showsLayer(name) {
    return this.#shown.has(name);
  }

  setLayer(name, visible) {
    if (visible) this.#shown.add(name);
    else this.#shown.delete(name);
    this.#applyLayers();
    return this.#look();
  }

  /** Ask again for a windowed layer, although the window did not move. */
  async refresh(name) {
    const layer = this.#windows.get(name);
    if (!layer || !this.#shown.has(name) || document.hidden) return;
    if (await layer.look(this.#bounds(), this.#zoom(), { again: true })) this.#put(layer);
    this.#report();
  }

  /** Point a layer at another address (another filter) and ask it. */
  setSource(name, url) {
    const layer = this.#windows.get(name);
    if (!layer) return Promise.resolve();
    layer.url = url;
    return this.refresh(name);
  }

  flyTo(lon, lat, zoom = 17) {
    if (this.#map) this.#map.flyTo({ center: [lon, lat], zoom: Math.max(zoom, this.#map.getZoom()), speed: 2.4 });
    else {
      this.#window = windowAround([lon, lat]);
      this.#look();
    }
  }

  setPoint(lon, lat) {
    this.dataset.point = `${lon.toFixed(6)},${lat.toFixed(6)}`;
  }

  /** Open what is known of an object, with the keyboard inside. */
  openObject(feature, layer) {
    const [lon, lat] = pointOf(feature);
    this.dispatchEvent(new CustomEvent("object-chosen", { bubbles: true, detail: { layer, properties: feature.properties, lon, lat } }));
    if (!this.#map) return;
    const before = document.activeElement;
    this.#popup?.remove();
    // A component's code is its id; the server does not say it twice for thousands of them.
    const content = describe(feature, this.#words, layer === "components" ? [feature.properties.id] : []);
    const popup = (this.#popup = new this.#maplibre.Popup({ maxWidth: "300px", offset: 10 }).setLngLat([lon, lat]).setDOMContent(content));
    popup.addTo(this.#map);
    popup.getElement().addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      popup.remove();
      if (before?.isConnected && before !== document.body) before.focus();
      else if (!focusItem(this.#parts.list, keyOf(feature, layer))) this.#map.getCanvas().focus();
    });
  }

  // --- Building -------------------------------------------------------------------------------------------------------------------------

  #build() {
    const canvas = document.createElement("div");
    canvas.className = "map-canvas";
    const cross = document.createElement("span");
    cross.className = "map-cross";
    cross.setAttribute("aria-hidden", "true");
    const note = document.createElement("p");
    note.className = "map-note";
    note.setAttribute("role", "status");
    this.#parts = { canvas, cross, note };
    this.append(canvas, cross, note);
    const outside = this.dataset.list && document.getElementById(this.dataset.list);
    if (outside) {
      this.#parts.list = outside;
      return;
    }
    const details = document.createElement("details");
    details.className = "map-objects";
    details.hidden = true; // until the words for it have come
    const summary = document.createElement("summary");
    const list = document.createElement("ul");
    list.className = "map-list";
    details.append(summary, list);
    details.addEventListener("toggle", () => this.#fill());
    Object.assign(this.#parts, { list, details, summary });
    this.append(details);
  }

  #label() {
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", this.dataset.label ?? this.#words.map);
    if (!this.#parts.details) return;
    this.#parts.summary.textContent = this.#words.list;
    this.#parts.details.hidden = false;
  }

  async #draw() {
    try {
      this.#maplibre = await import("maplibre-gl");
    } catch {
      return false;
    }
    if (!this.isConnected) return false;
    const point = parsePoint(this.dataset.point);
    const center = parsePoint(this.dataset.center) ?? point;
    const [west, south, east, north] = this.#config.bounds;
    const where = center ? { center, zoom: Number(this.dataset.zoom ?? 16) } : { bounds: [west, south, east, north], fitBoundsOptions: { padding: 24 } };
    let map;
    try {
      map = this.#map = new this.#maplibre.Map({
        container: this.#parts.canvas,
        style: cityStyle(this.#config),
        ...where,
        minZoom: 9,
        maxZoom: 20,
        maxPitch: 0,
        dragRotate: false,
        pitchWithRotate: false,
        touchPitch: false,
        attributionControl: this.#config.tiles ? { compact: true } : false,
        localIdeographFontFamily: false,
        locale: this.#words.locale,
        fadeDuration: 0,
      });
    } catch {
      this.#map = null;
      this.#parts.canvas.replaceChildren();
      return false;
    }
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addControl(new this.#maplibre.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new this.#maplibre.ScaleControl({ maxWidth: 90 }), "bottom-right");
    for (const light of ["green", "yellow", "red"]) {
      const { pixels, options } = lightIcon(light);
      map.addImage(`light-${light}`, pixels, options);
    }
    // A page that was hidden at first, or a column that changes its width, must not leave the map small.
    map.on("moveend", () => this.#look());
    map.on("error", ({ error }) => console.warn("map:", error?.message ?? error));
    await new Promise((resolve) => map.once("style.load", resolve));
    if (!this.#map) return true;
    this.#listen();
    this.#applyLayers();
    this.#placePin();
    map.once("idle", () => this.setAttribute("data-idle", ""));
    await this.#look();
    return true;
  }

  #listen() {
    const map = this.#map;
    map.on("click", (event) => this.#clicked(event));
    for (const id of [...CHOOSABLE.slice(0, 2), "case-group", "component-group"]) {
      map.on("mouseenter", id, () => (map.getCanvas().style.cursor = "pointer"));
      map.on("mouseleave", id, () => (map.getCanvas().style.cursor = ""));
    }
    map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || this.hasAttribute("data-drawing")) return;
      event.preventDefault();
      const { lng, lat } = map.getCenter();
      if (this.hasAttribute("data-pick")) this.#picked(lng, lat);
      else this.#chooseNear(map.project([lng, lat]), 40);
    });
  }

  // --- Choosing -------------------------------------------------------------------------------------------------------------------------

  #clicked(event) {
    if (this.hasAttribute("data-drawing")) return;
    if (this.hasAttribute("data-pick")) {
      this.#picked(event.lngLat.lng, event.lngLat.lat);
      return;
    }
    this.#chooseNear(event.point, 6);
  }

  #chooseNear({ x, y }, pixels) {
    const map = this.#map;
    const box = [
      [x - pixels, y - pixels],
      [x + pixels, y + pixels],
    ];
    const groups = map.queryRenderedFeatures(box, { layers: ["case-group", "component-group"] });
    for (const id of CHOOSABLE) {
      const around = id === "grid-tint" ? [x, y] : box;
      const [found] = map.queryRenderedFeatures(around, { layers: [id] });
      if (id === "grid-tint" && groups.length) break;
      if (!found) continue;
      const layer = LAYER_OF[id];
      const whole = this.featuresOf(layer).find(({ properties }) => properties.id === found.properties.id);
      if (whole) this.openObject(whole, layer);
      return;
    }
    if (groups.length) this.#openGroup(groups[0]);
  }

  async #openGroup(group) {
    const source = this.#map.getSource(group.source);
    const zoom = await source.getClusterExpansionZoom(group.properties.cluster_id);
    this.#map.easeTo({ center: group.geometry.coordinates, zoom: Math.min(zoom + 0.4, 20) });
  }

  #picked(lon, lat) {
    this.setPoint(lon, lat);
    this.dispatchEvent(new CustomEvent("place-picked", { bubbles: true, detail: { lon, lat } }));
  }

  #placePin() {
    const { Marker } = this.#maplibre;
    const point = parsePoint(this.dataset.point);
    if (!point) {
      this.#pin?.remove();
      this.#pin = null;
    } else if (this.#pin) {
      this.#pin.setLngLat(point);
    } else {
      const draggable = this.hasAttribute("data-pick");
      this.#pin = new Marker({ color: "#e8930c", draggable }).setLngLat(point).addTo(this.#map);
      this.#pin.getElement().setAttribute("aria-label", this.#words.pin);
      this.#pin.on("dragend", () => {
        const { lng, lat } = this.#pin.getLngLat();
        this.#picked(lng, lat);
      });
    }
    const metres = Number(this.dataset.accuracy);
    this.#map.getSource("accuracy").setData(point && metres > 0 ? circleAround(...point, metres) : EMPTY);
    this.#placeWay(point, parsePoint(this.dataset.from));
  }

  #placeWay(point, from) {
    this.#stand?.remove();
    this.#stand = null;
    const way = point && from ? { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: [from, point] } } : EMPTY;
    this.#map.getSource("way").setData(way);
    if (!from) return;
    const dot = document.createElement("span");
    dot.className = "map-stand";
    this.#stand = new this.#maplibre.Marker({ element: dot }).setLngLat(from).addTo(this.#map);
    dot.setAttribute("role", "img");
    dot.setAttribute("aria-label", this.#words.you);
    if (point) this.#map.fitBounds(boxOf([from, point]), { padding: 48, maxZoom: 17.5, animate: false });
  }

  // --- Looking --------------------------------------------------------------------------------------------------------------------------

  #bounds() {
    if (!this.#map) return this.#window;
    const bounds = this.#map.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  #zoom() {
    return this.#map ? this.#map.getZoom() : 16;
  }

  async #look() {
    const bounds = this.#bounds();
    const layers = [...this.#windows.values()].filter(({ name }) => this.#shown.has(name));
    await Promise.all([
      ...layers.map(async (layer) => {
        if (await layer.look(bounds, this.#zoom())) this.#put(layer);
      }),
      ...Object.keys(WHOLE)
        .filter((name) => this.#shown.has(name) && this.#map)
        .map((name) => this.#lookWhole(name)),
    ]);
    if (this.isConnected) this.#report();
  }

  /** Borders are few: fetched once, whole. */
  async #lookWhole(name) {
    if (this.#whole.has(name)) return;
    this.#whole.set(name, EMPTY);
    try {
      const answer = await fetch(this.#config.sources[name]);
      if (!answer.ok) throw new Error(`${answer.status}`);
      const collection = await answer.json();
      this.#whole.set(name, collection);
      this.#map?.getSource(name).setData(collection);
      this.#map?.getSource(WHOLE[name]).setData(namePoints(collection.features));
    } catch {
      this.#whole.delete(name);
    }
  }

  #put({ name }) {
    if (!this.#map) return;
    const features = this.featuresOf(name);
    const data = { type: "FeatureCollection", features };
    this.#map.getSource(name).setData(data);
    if (name === "grids") this.#map.getSource("grid-names").setData(namePoints(features));
  }

  #applyLayers() {
    if (!this.#map) return;
    for (const [name, layers] of Object.entries(layersByName())) {
      const visibility = this.#shown.has(name) ? "visible" : "none";
      for (const { id } of layers) this.#map.setLayoutProperty(id, "visibility", visibility);
    }
  }

  #report() {
    const zoom = this.#zoom();
    const notes = [];
    for (const [name, layer] of this.#windows) {
      if (!this.#shown.has(name)) continue;
      if (layer.failed) notes.push(this.#words[`failed_${name}`]);
      else if (layer.more) notes.push(this.#words[`more_${name}`]);
      else if (layer.isFar(zoom) && this.hasAttribute("data-notes")) notes.push(this.#words[`far_${name}`]);
    }
    this.#say(this.#map ? notes.join(" ") : [this.#words.no_webgl, ...notes].join(" "));
    this.#fill();
    this.dispatchEvent(new CustomEvent("map-moved", { bubbles: true, detail: { zoom, notes } }));
  }

  #say(text) {
    this.#parts.note.textContent = text;
    this.#parts.note.hidden = !text;
  }

  #fill() {
    if (this.#parts.details && !this.#parts.details.open) return;
    const order = ["cases", "components", "grids"].filter((name) => this.#shown.has(name) && this.#windows.has(name));
    const layers = order.map((name) => ({ name, features: this.featuresOf(name), ordered: name === "cases" }));
    fillList(this.#parts.list, layers, this.#bounds(), this.#words, (feature, layer) => {
      const [lon, lat] = pointOf(feature);
      this.flyTo(lon, lat, layer === "grids" ? 16.5 : 17.5);
      this.openObject(feature, layer);
    });
  }

  async #onlyList() {
    this.classList.add("map-undrawn");
    const center = parsePoint(this.dataset.center) ?? parsePoint(this.dataset.point) ?? this.#config.center;
    this.#window = windowAround(center);
    if (this.#parts.details) this.#parts.details.open = true;
    await this.#look();
  }
}

/** About 800 m around a point: what a list can hold where nothing can be drawn. */
function windowAround([lon, lat]) {
  return [lon - 0.009, lat - 0.008, lon + 0.009, lat + 0.008];
}

function boxOf(points) {
  const lons = points.map(([lon]) => lon);
  const lats = points.map(([, lat]) => lat);
  return [
    [Math.min(...lons), Math.min(...lats)],
    [Math.max(...lons), Math.max(...lats)],
  ];
}

customElements.define("city-map", CityMap);
