// The list beside a map: the same objects as buttons, for those who do not point at pictures.

import { metresBetween } from "./city-map-style.js";
import { pointOf } from "./city-map-windows.js";

const MOST_SHOWN = 60;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** The mark of a light: shape and colour by class, its word for those who see neither. */
export function lightMark(light, words) {
  const mark = element("span", `map-light map-light-${light}`);
  mark.append(element("span", "visually-hidden", words[`light_${light}`] ?? light));
  return mark;
}

/** What a popup says about one object, with `more` lines below. Only text is put in, never HTML. */
export function describe(feature, words, more = []) {
  const { label, detail, lines, url, light } = feature.properties;
  const box = element("div", "map-popup");
  const title = element("p", "map-popup-title");
  if (light) title.append(lightMark(light, words));
  title.append(label);
  box.append(title);
  const further = typeof lines === "string" ? JSON.parse(lines) : (lines ?? []);
  for (const line of [detail, ...further, ...more].filter(Boolean)) box.append(element("p", "map-popup-line", line));
  if (url) {
    const link = element("a", "btn btn-sm btn-primary", words.open);
    link.href = url;
    box.append(link);
  }
  return box;
}

/**
 * Fill `list` (a `ul`) with the objects nearest the middle of the window, most pressing layer first.
 * @param {Array<{name: string, features: object[]}>} layers in the order in which they are listed
 * @param {(feature: object, layer: string) => void} choose what a button does
 */
export function fillList(list, layers, bounds, words, choose) {
  const [west, south, east, north] = bounds;
  const middle = [(west + east) / 2, (south + north) / 2];
  const items = [];
  let left = 0;
  for (const { name, features, ordered } of layers) {
    const inside = features
      .map((feature) => ({ feature, at: pointOf(feature) }))
      .filter(({ at: [lon, lat] }) => lon >= west && lon <= east && lat >= south && lat <= north);
    if (!ordered) inside.sort((a, b) => metresBetween(a.at, middle) - metresBetween(b.at, middle));
    const room = Math.max(0, MOST_SHOWN - items.length);
    left += Math.max(0, inside.length - room);
    for (const { feature } of inside.slice(0, room)) items.push(itemOf(feature, name, words, choose));
  }
  if (!items.length) items.push(element("li", "map-list-empty", words.nothing_here));
  if (left) items.push(element("li", "map-list-empty", words.and_more.replace("%s", left)));
  // Whoever stands in the list with the keyboard stays where they are.
  const standing = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  list.replaceChildren(...items);
  if (standing) focusItem(list, standing);
}

/** What names an object in the list, whatever else changes about it. */
export function keyOf(feature, layer) {
  return `${layer}:${feature.properties.id}`;
}

/** Put the keyboard on an object of the list. Answers whether it is there. */
export function focusItem(list, key) {
  const button = [...list.querySelectorAll("button")].find(({ dataset }) => dataset.key === key);
  button?.focus();
  return Boolean(button);
}

function itemOf(feature, layer, words, choose) {
  const { label, detail, light, major } = feature.properties;
  const item = element("li");
  const button = element("button", "map-list-item");
  button.type = "button";
  button.dataset.key = keyOf(feature, layer);
  const mark = light ? lightMark(light, words) : element("span", `map-dot map-dot-${layer}${major ? ` map-dot-${major}` : ""}`);
  const text = element("span", "map-list-text");
  text.append(element("span", "map-list-label", label), element("span", "map-list-detail", detail ?? ""));
  button.append(mark, text);
  button.addEventListener("click", () => choose(feature, layer));
  item.append(button);
  return item;
}
