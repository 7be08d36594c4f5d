// The one sheet (#dialog) that htmx fills: it opens when it is filled and gives the focus back when it closes.
const dialog = document.getElementById("dialog");
let opener = null;

export function closeDialog() {
  if (dialog?.open) dialog.close();
}

if (dialog) {
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === dialog && !dialog.open) opener = document.activeElement;
  });
  dialog.addEventListener("htmx:afterSwap", () => {
    if (!dialog.open) dialog.showModal();
    const first = dialog.querySelector("[data-refusal], [autofocus], textarea, input:not([type=hidden]), select, .btn-primary");
    first?.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    if (opener?.isConnected) opener.focus();
    opener = null;
  });
}
