// The page that follows a report: copying its link, keeping it on this device, and the list of those that were kept.

import { forgetDraft } from "./portal-draft.js";

const KEY = "chengge-portal-kept";
const MOST = 50;
const words = JSON.parse(document.getElementById("portal-words").textContent);

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

function keep(list) {
  localStorage.setItem(KEY, JSON.stringify(list.slice(0, MOST)));
}

const track = document.getElementById("track");
if (track?.hasAttribute("data-new")) {
  forgetDraft(); // It is with the city now.
  const { reference, name, day } = track.dataset;
  const address = new URL(document.getElementById("link").value).pathname;
  history.replaceState(null, "", address + "?new=1");
  document.getElementById("keep-ways").hidden = false;
  const copy = document.getElementById("copy");
  const link = document.getElementById("link");
  link.addEventListener("focus", () => link.select());
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(link.value);
      copy.querySelector("span").textContent = words.copied;
    } catch {
      link.focus();
      copy.querySelector("span").textContent = words.not_copied;
    }
    document.getElementById("spoken").textContent = copy.textContent;
  });
  const button = document.getElementById("keep");
  const isKept = () => kept().some((one) => one.address === address);
  const show = () => {
    button.setAttribute("aria-pressed", String(isKept()));
  };
  button.addEventListener("click", () => {
    const others = kept().filter((one) => one.address !== address);
    keep(isKept() ? others : [{ address, reference, name, day }, ...others]);
    show();
  });
  show();
}

const box = document.getElementById("kept");
if (box) {
  const show = () => {
    const rows = kept();
    box.hidden = !rows.length;
    document.getElementById("kept-list").replaceChildren(
      ...rows.map(({ address, reference, name, day }) => {
        const item = document.createElement("li");
        const link = Object.assign(document.createElement("a"), { href: address.startsWith("/public/track/") ? address : "#" });
        const small = Object.assign(document.createElement("small"), { textContent: [day, reference].filter(Boolean).join(" · ") });
        link.append(name || reference, small);
        const away = Object.assign(document.createElement("button"), { type: "button", textContent: words.forget });
        away.setAttribute("aria-label", `${words.forget}: ${name || reference}`);
        away.addEventListener("click", () => {
          keep(kept().filter((one) => one.address !== address));
          show();
        });
        item.append(link, away);
        return item;
      }),
    );
  };
  show();
}
document.getElementById("refusal")?.focus();
document.getElementById("done")?.focus();
