// "Who answers?": a point chosen on the map goes before a name or a component typed earlier.

const form = document.getElementById("who-form");

document.getElementById("who-map").addEventListener("place-picked", ({ detail }) => {
  form.lon.value = detail.lon.toFixed(6);
  form.lat.value = detail.lat.toFixed(6);
  form.place.value = "";
  form.component.value = "";
  if (form.elements.class.value) form.requestSubmit();
});
