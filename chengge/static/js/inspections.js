// The form of a campaign: lines of the checklist come and go.
const list = document.getElementById("checklist");
const blank = document.getElementById("checklist-row");
const add = document.getElementById("add-item");

function showButtons() {
  for (const button of list.querySelectorAll("[data-remove-item]")) button.hidden = list.rows.length < 2;
}

if (list && blank && add) {
  add.hidden = false;
  add.addEventListener("click", () => {
    list.append(blank.content.cloneNode(true));
    showButtons();
    list.rows[list.rows.length - 1].querySelector("input").focus();
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove-item]");
    if (!button) return;
    button.closest("tr").remove();
    showButtons();
  });
  showButtons();
}
