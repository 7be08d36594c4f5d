// The bell: asks now and then how many notices are not read, and says so. It is silent while there is no connection.
const EVERY_MS = 30_000;
const MOST = 99;

async function look(bell) {
  if (document.hidden) return;
  try {
    const answer = await fetch(bell.dataset.bell, { headers: { Accept: "application/json" }, redirect: "error" });
    if (answer.ok) show(bell, (await answer.json()).unread);
  } catch {
    // Offline, signed out, or the page is being left: the page itself says so where it matters.
  }
}

function show(bell, unread) {
  const count = bell.querySelector(".bell-count");
  const text = unread > MOST ? `${MOST}+` : String(unread);
  count.textContent = text;
  count.hidden = unread === 0;
  const words = unread ? bell.dataset.some.replace("%(count)s", text) : bell.dataset.none;
  bell.setAttribute("aria-label", words);
  bell.title = words;
}

for (const bell of document.querySelectorAll("[data-bell]")) {
  look(bell);
  setInterval(() => look(bell), EVERY_MS);
  document.addEventListener("visibilitychange", () => look(bell));
}
