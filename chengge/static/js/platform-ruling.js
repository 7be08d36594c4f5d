// The form of a ruling: what is chosen on the map is written into the list of its kind, taken out again, and marked on the map.
const form = document.querySelector("[data-ruling-form]");
const told = form?.querySelector("[data-told]");
const chart = form?.querySelector("city-map:not(#drawing-map)");
const GOLD = "#b7791f";

const fieldOf = (layer) => form.querySelector(`[data-codes="${layer}"]`);
const codesIn = (field) => field.value.split(/[\s,;，、；]+/).filter(Boolean);

form?.addEventListener("object-chosen", ({ target, detail: { layer, properties } }) => {
  if (target.id === "drawing-map") return; // areas are drawn there
  const field = fieldOf(layer);
  if (!field) return;
  const code = String(properties.id);
  const codes = codesIn(field);
  const known = codes.indexOf(code);
  if (known >= 0) codes.splice(known, 1);
  else codes.push(code);
  field.value = codes.join(" ");
  told.textContent = `${known >= 0 ? "−" : "+"} ${code} (${codes.length})`;
  mark(layer);
});

/** Whether a feature's code is one of a list, or begins like one: the first digits stand for every grid that begins so. */
const chosen = (codes) => ["any", ...codes.map((code) => ["==", ["slice", ["get", "id"], 0, code.length], code])];

function mark(layer) {
  const codes = codesIn(fieldOf(layer));
  for (const id of [`chosen-${layer}`, `chosen-${layer}-line`]) {
    if (chart.map?.getLayer(id)) chart.map.setFilter(id, ["all", ["has", "id"], chosen(codes)]);
  }
}

await chart?.ready;
if (chart?.map) {
  const none = ["boolean", false];
  chart.map.addLayer({ id: "chosen-grids", type: "fill", source: "grids", filter: none, paint: { "fill-color": GOLD, "fill-opacity": 0.28 } });
  chart.map.addLayer({ id: "chosen-grids-line", type: "line", source: "grids", filter: none, paint: { "line-color": GOLD, "line-width": 3 } });
  chart.map.addLayer({ id: "chosen-components", type: "circle", source: "components", filter: none, paint: { "circle-color": GOLD, "circle-radius": 8, "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 } });
  for (const layer of ["grids", "components"]) {
    mark(layer);
    fieldOf(layer).addEventListener("input", () => mark(layer));
  }
}
