// The form of a ruling: what is chosen on the map is written into the list of its kind, and taken out again.
const form = document.querySelector("[data-ruling-form]");
const told = form?.querySelector("[data-told]");

form?.addEventListener("object-chosen", ({ target, detail: { layer, properties } }) => {
  if (target.id === "drawing-map") return; // areas are drawn there
  const field = form.querySelector(`[data-codes="${layer}"]`);
  if (!field) return;
  const code = String(properties.id);
  const codes = field.value.split(/[\s,;，、；]+/).filter(Boolean);
  const known = codes.indexOf(code);
  if (known >= 0) codes.splice(known, 1);
  else codes.push(code);
  field.value = codes.join(" ");
  told.textContent = `${known >= 0 ? "−" : "+"} ${code} (${codes.length})`;
});
