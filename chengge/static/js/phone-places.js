// What lies around a place, as the phone knows it without the network: own grid and its area class, components, filing conditions.

import { metresBetween } from "./city-map-style.js";
import { keptGround, keptPack } from "./phone-pack.js";

const SNAP_WITHIN_M = 30;
const MOST_COMPONENTS = 5;

/** Whether a point lies in a GeoJSON polygon, by the number of borders to its east. */
function inside([lon, lat], { type, coordinates }) {
  const polygons = type === "Polygon" ? [coordinates] : coordinates;
  return polygons.some((rings) => rings.reduce((within, ring) => within !== crosses(lon, lat, ring), false));
}

function crosses(lon, lat, ring) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [ax, ay] = ring[i];
    const [bx, by] = ring[j];
    if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

let ground = null;

function known() {
  ground ??= Promise.all([keptGround("grids"), keptGround("components")]).then(([grids, components]) => ({ grids, components }));
  return ground;
}

/** The conditions of a class in an area: of each number the row for the area itself, else the one for any. */
export function rulesFor(problemClass, areaClass, pack) {
  const area = areaClass || pack.area_of_no_grid;
  const byNumber = new Map();
  for (const rule of problemClass?.rules ?? []) {
    if (rule.area === area || (rule.area === "" && byNumber.get(rule.number)?.area !== area)) byNumber.set(rule.number, rule);
  }
  return [...byNumber.values()].sort((a, b) => a.number - b.number);
}

/** Components of the register within reach, the nearest first; of one class, or of all. */
export async function componentsNear(lon, lat, classId = null, within = SNAP_WITHIN_M) {
  const { components } = await known();
  return components
    .filter(({ properties }) => classId === null || properties.class === classId)
    .map(({ properties, geometry: { coordinates: at } }) => ({
      code: properties.id, name: properties.label, detail: properties.detail, class: properties.class,
      lon: at[0], lat: at[1], metres: Math.round(metresBetween([lon, lat], at)),
    }))
    .filter(({ metres }) => metres <= within)
    .sort((a, b) => a.metres - b.metres);
}

/** The same shape as the house's own answer about a place; like cases only the house knows. Null without a pack. */
export async function aroundOffline(lon, lat, classId) {
  const pack = await keptPack();
  if (!pack) return null;
  const { grids } = await known();
  const grid = grids.find(({ geometry }) => inside([lon, lat], geometry));
  const areaClass = grid?.properties.area_class ?? "";
  const problemClass = pack.classes.find(({ id }) => id === classId);
  return {
    grid: grid?.properties.id ?? "",
    own: grids.length ? Boolean(grid) : null,
    area_class: areaClass,
    components: classId ? (await componentsNear(lon, lat, classId)).slice(0, MOST_COMPONENTS) : [],
    like: [],
    rules: rulesFor(problemClass, areaClass, pack),
  };
}

/** Classes by a part of the name or of the major class, or by the beginning of the code; those often used first. */
export async function findClasses(text, most = 30) {
  const pack = await keptPack();
  if (!pack) return null;
  const wanted = text.trim().toLowerCase();
  const digits = wanted.replace(/[\s-]/g, "");
  const fits = /^\d+$/.test(digits)
    ? ({ code }) => code.startsWith(digits)
    : ({ name, major }) => name.toLowerCase().includes(wanted) || major.toLowerCase().includes(wanted);
  const rank = (one) => (wanted ? 0 : pack.often.indexOf(one.id) + 1 || 1000);
  return pack.classes.filter(fits).sort((a, b) => rank(a) - rank(b)).slice(0, most);
}
