// A survey that is put right before it is approved: the place chosen on the map goes into the form.
const form = document.getElementById("decide");

document.getElementById("survey-map")?.addEventListener("place-picked", ({ detail }) => {
  if (!form?.elements.lon) return;
  form.querySelector(".correct").open = true;
  form.elements.lon.value = detail.lon.toFixed(6);
  form.elements.lat.value = detail.lat.toFixed(6);
});
