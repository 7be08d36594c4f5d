// Objects that are fetched for the window the map shows: grids, components, cases.

const MARGIN = 0.25; // of the window's width and height, fetched beside it, so that a small move asks nothing

export class WindowedLayer {
  /**
   * @param {string} name the layer's name on the element
   * @param {string} url answers a FeatureCollection to `?window=west,south,east,north`; `more` in it says that not all fitted
   * @param {number} leastZoom nearer than this it is fetched, farther it is empty
   */
  constructor(name, url, leastZoom) {
    this.name = name;
    this.url = url;
    this.leastZoom = leastZoom;
    this.features = [];
    this.more = false;
    this.held = null;
    this.failed = false;
    this.asking = null;
  }

  /** Too far away for this layer to show anything. */
  isFar(zoom) {
    return zoom < this.leastZoom;
  }

  /** Fetch what the window needs. Answers whether the features changed. */
  async look(bounds, zoom, { again = false } = {}) {
    if (this.isFar(zoom)) {
      this.asking?.abort();
      const changed = this.features.length > 0 || this.more;
      Object.assign(this, { features: [], more: false, held: null, failed: false });
      return changed;
    }
    if (!again && this.held && !this.more && holds(this.held, bounds)) return false;
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    const wanted = widened(bounds);
    const target = new URL(this.url, document.baseURI);
    target.searchParams.set("window", wanted.map((degrees) => degrees.toFixed(5)).join(","));
    try {
      const answer = await fetch(target, { signal: asking.signal, headers: { Accept: "application/geo+json" } });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const collection = await answer.json();
      Object.assign(this, { features: collection.features, more: collection.more === true, held: wanted, failed: false });
    } catch (error) {
      if (error.name === "AbortError") return false;
      Object.assign(this, { failed: true, held: null });
    }
    return true;
  }
}

function holds([west, south, east, north], [w, s, e, n]) {
  return west <= w && south <= s && east >= e && north >= n;
}

function widened([west, south, east, north]) {
  const x = (east - west) * MARGIN;
  const y = (north - south) * MARGIN;
  return [west - x, south - y, east + x, north + y];
}

/** A point inside or on a feature: the server's own (`at`), the point itself, or the middle of its box. */
export function pointOf(feature) {
  if (feature.properties.at) return feature.properties.at;
  const { type, coordinates } = feature.geometry;
  if (type === "Point") return coordinates;
  const flat = coordinates.flat(Infinity);
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < flat.length; i += 2) {
    west = Math.min(west, flat[i]);
    east = Math.max(east, flat[i]);
    south = Math.min(south, flat[i + 1]);
    north = Math.max(north, flat[i + 1]);
  }
  return [(west + east) / 2, (south + north) / 2];
}

/** The same features as points, to hang their names on. */
export function namePoints(features) {
  return {
    type: "FeatureCollection",
    features: features.map((feature) => ({
      type: "Feature",
      properties: { ...feature.properties, at: undefined },
      geometry: { type: "Point", coordinates: pointOf(feature) },
    })),
  };
}
