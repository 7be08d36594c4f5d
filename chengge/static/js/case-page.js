// A case on a page of its own: after an action the page is shown anew.
document.body.addEventListener("case-moved", () => window.location.reload());
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-reload]")) window.location.reload();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target !== document.body) return;
  document.getElementById("main-action")?.focus();
});
