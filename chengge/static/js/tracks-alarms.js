// Alarms on the map beside their list.

import { addPoints, drawn, fit, map } from "./tracks-map.js";

const points = JSON.parse(document.getElementById("tracks-points").textContent);

function choose(id) {
  for (const row of document.querySelectorAll(".alarm-list li")) row.classList.toggle("on", row.dataset.id === String(id));
  document.getElementById(`alarm-${id}`)?.scrollIntoView({ block: "nearest" });
}

for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    const found = points.find(({ id }) => String(id) === button.dataset.show);
    choose(found.id);
    map.flyTo(found.lon, found.lat, 16.5);
  });
}

const drawing = await drawn();
if (drawing) {
  addPoints(drawing, "alarms", points);
  fit(drawing, points);
  drawing.on("click", "alarms", ({ features }) => choose(features[0].properties.id));
}
const opened = document.querySelector(".alarm-list li.on");
if (opened) opened.scrollIntoView({ block: "nearest" });
