// Marks in a queue: how many cases may be the same as this one. Asked for after the rows are there, so that the list waits for nothing.
const rows = document.querySelector("[data-like-marks]");
let asking = null;

async function ask() {
  const fresh = [...rows.querySelectorAll(".item:not([data-marked])")];
  if (!fresh.length) return;
  for (const item of fresh) item.dataset.marked = "";
  const wanted = new URLSearchParams(fresh.map((item) => ["id", item.dataset.id]));
  try {
    const answer = await fetch(`${rows.dataset.likeMarks}?${wanted}`, { headers: { "X-Requested-With": "fetch" }, redirect: "manual" });
    if (!answer.ok) return;
    for (const [id, said] of Object.entries(await answer.json())) {
      const place = rows.querySelector(`#row-${CSS.escape(id)} .row-title`);
      place?.append(" ", Object.assign(document.createElement("span"), { className: "badge plain like-mark", textContent: said }));
    }
  } catch {
    // A mark is a hint; without a connection the list says so itself.
  }
}

function soon() {
  clearTimeout(asking);
  asking = setTimeout(ask, 150);
}

if (rows) {
  soon();
  new MutationObserver(soon).observe(rows, { childList: true });
}
