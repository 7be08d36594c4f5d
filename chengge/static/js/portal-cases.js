// The public map, fetched after the list stands: who reads the list on a slow line does not wait for it.

const map = document.getElementById("public-map");

async function show() {
  await import("./city-map.js");
  map.hidden = false;
  for (const id of ["map-key", "map-window"]) {
    const part = document.getElementById(id);
    if (part) part.hidden = false;
  }
}

if (map) {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(show, { timeout: 1500 });
  else setTimeout(show, 200);
}
