// The public map, fetched after the list stands: who reads the list on a slow line does not wait for it.

const map = document.getElementById("public-map");

async function show() {
  await import("./city-map.js");
  map.hidden = false;
  for (const id of ["map-key", "map-window", "near-me"]) {
    const part = document.getElementById(id);
    if (part) part.hidden = false;
  }
}

const near = document.getElementById("near-me");
near?.addEventListener("click", () => {
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      map.dataset.accuracy = coords.accuracy;
      map.setPoint(coords.longitude, coords.latitude);
      map.ready.then(() => map.flyTo(coords.longitude, coords.latitude, 15.5));
      map.scrollIntoView({ block: "nearest" });
    },
    () => {
      near.querySelector("span").textContent = near.dataset.none;
    },
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
  );
});

if (map) {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(show, { timeout: 1500 });
  else setTimeout(show, 200);
}
