// In the demo city a click on a name signs that member in.
for (const chip of document.querySelectorAll("[data-demo]")) {
  chip.addEventListener("click", () => {
    const name = document.getElementById("id_username");
    name.value = chip.dataset.demo;
    document.getElementById("id_password").value = "chengge";
    name.form.requestSubmit();
  });
}
