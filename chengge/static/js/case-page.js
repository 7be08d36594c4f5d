// A case on a page of its own: after an action the page is shown anew.
document.body.addEventListener("case-moved", () => window.location.reload());
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-reload]")) window.location.reload();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target !== document.body) return;
  document.getElementById("main-action")?.focus();
});
// On a phone the form of the main action stands far below its button: what was refused is brought into view.
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (!event.target.matches?.(".side-body form.act")) return;
  const refusal = event.target.querySelector("[data-refusal]");
  refusal?.focus({ preventScroll: true });
  refusal?.scrollIntoView({ block: "center" });
});
