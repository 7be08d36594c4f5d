// Widths that the server says (`data-width`, per cent) and no inline style may carry.
export function setWidths(root) {
  for (const bar of root.querySelectorAll("[data-width]")) bar.style.width = `${bar.dataset.width}%`;
}
