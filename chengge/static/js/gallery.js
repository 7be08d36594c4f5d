// Photos in full size, one after the other, without leaving the page. Without this script the links open the photo itself.
import { word } from "./words.js";

let sheet = null;

function button(icon, label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-icon";
  made.setAttribute("aria-label", label);
  made.innerHTML = `<i class="ti ${icon}" aria-hidden="true"></i>`;
  made.addEventListener("click", act);
  return made;
}

function open(links, index) {
  const opener = document.activeElement;
  let at = index;
  sheet = document.createElement("dialog");
  sheet.className = "gallery";
  const image = document.createElement("img");
  const told = document.createElement("p");
  told.setAttribute("role", "status");
  const show = (step) => {
    at = (at + step + links.length) % links.length;
    const small = links[at].querySelector("img");
    image.src = links[at].href;
    image.alt = small.alt;
    told.textContent = `${small.alt} · ${word("photo", { at: at + 1, count: links.length })}`;
  };
  const bar = document.createElement("div");
  bar.className = "gallery-bar";
  bar.append(
    told,
    ...(links.length > 1
      ? [button("ti-chevron-left", word("photo_before"), () => show(-1)), button("ti-chevron-right", word("photo_next"), () => show(1))]
      : []),
    button("ti-x", word("close"), () => sheet.close()),
  );
  sheet.append(bar, image);
  sheet.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") show(1);
    if (event.key === "ArrowLeft") show(-1);
    event.stopPropagation();
  });
  sheet.addEventListener("close", () => {
    sheet.remove();
    opener?.focus();
  });
  document.body.append(sheet);
  show(0);
  sheet.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-gallery] a[data-photo]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const links = [...link.closest("[data-gallery]").querySelectorAll("a[data-photo]")];
  open(links, links.indexOf(link));
});
