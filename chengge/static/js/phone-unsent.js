// The page of what lies on this phone: every draft, what waits, what was refused and why, and what can be done about each.

import { foreignWords, me, onState, say, sendNow, sure, words } from "./phone-shell.js";
import { blobOf, discard, enqueue, items, onChange } from "./phone-store.js";

const MOST_SENT = 10;
const MB = 2 ** 20;

const list = document.getElementById("unsent-list");
const sentList = document.getElementById("sent-list");
const sendAllButton = document.getElementById("send-all");
const addressOf = {
  report: ({ key }) => `/phone/report/#${key}`,
  disposal: ({ key }) => `/phone/report/#${key}`,
  survey: ({ key }) => `/phone/components/#${key}`,
  verify: ({ fields }) => `/phone/tasks/${fields.task}/`,
  check: ({ fields }) => `/phone/tasks/${fields.task}/`,
};

function element(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

function button(text, className, act) {
  const made = Object.assign(element("button", `btn btn-sm ${className}`, text), { type: "button" });
  made.addEventListener("click", act);
  return made;
}

function sizeWords(bytes) {
  return bytes >= MB ? `${(bytes / MB).toFixed(1)} MB` : `${Math.ceil(bytes / 1024)} KB`;
}

const clock = new Intl.DateTimeFormat(document.documentElement.lang, { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false });

/** How many photos, whether something was spoken, how large all is, when it was begun. */
function facts({ files, made_at: madeAt }) {
  const photos = files.filter(({ role }) => role !== "voice").length;
  const parts = [photos ? say("photos", photos) : "", files.length > photos ? words.voice_one : "", files.length ? sizeWords(files.reduce((sum, { size }) => sum + size, 0)) : "", clock.format(madeAt)];
  return parts.filter(Boolean).join(" · ");
}

async function thumb({ files }) {
  const first = files.find(({ role }) => role !== "voice");
  const blob = first && (await blobOf(first.key));
  if (!blob) return element("span", "unsent-thumb", element("i", "ti ti-file-text"));
  const picture = Object.assign(element("img", "unsent-thumb"), { alt: "", src: URL.createObjectURL(blob) });
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
  return picture;
}

async function row(item) {
  const colour = { draft: "plain", waiting: "blue", refused: "red", sent: "green" }[item.state];
  const title = element("b", "", item.title || words.no_title);
  const state = element("span", `badge ${colour}`, words[`state_${item.state}`]);
  const text = element("div", "unsent-text", title, " ", state, element("div", "muted", [words[`kind_${item.kind}`], item.detail].filter(Boolean).join(" · ")), element("div", "muted number", facts(item)));
  if (item.state === "waiting" && item.tries > 1) text.append(element("div", "muted", say("tried", item.tries)));
  if (item.state === "sent" && item.answer?.number) text.append(element("div", "muted number", item.answer.number));
  const made = element("li", `unsent-item unsent-${item.state}`, await thumb(item), text);
  made.dataset.key = item.key;
  if (item.refusal) made.append(element("p", "unsent-why", [item.refusal.message, item.refusal.hint].filter(Boolean).join(" ")));
  if (item.state !== "sent") made.append(buttons(item));
  return made;
}

function buttons(item) {
  const box = element("div", "unsent-buttons");
  const goOn = element("a", "btn btn-sm", item.state === "refused" ? words.mend : words.go_on);
  goOn.href = addressOf[item.kind](item);
  if (item.state !== "waiting" || item.tries === 0) box.append(goOn);
  if (item.state === "refused") box.append(button(words.send_again, "btn-primary", () => enqueue(item.key).then(sendNow)));
  const away = button(words.discard, "btn-discard", async () => {
    if (await sure(words.discard_sure, words.discard_yes, words.discard_no)) await discard(item.key);
  });
  box.append(away);
  return box;
}

async function draw() {
  const mine = (await items()).filter(({ member }) => member === me.member);
  const unsent = mine.filter(({ state }) => state !== "sent").sort((a, b) => (a.order || Infinity) - (b.order || Infinity) || a.made_at - b.made_at);
  const sent = mine.filter(({ state }) => state === "sent").sort((a, b) => b.changed_at - a.changed_at).slice(0, MOST_SENT);
  const rows = await Promise.all(unsent.map(row));
  const nothing = element("li", "empty", element("i", "ti ti-cloud-check"), element("b", "", words.nothing_unsent));
  list.replaceChildren(...(rows.length ? rows : [nothing]));
  sentList.replaceChildren(...(await Promise.all(sent.map(row))));
  document.getElementById("sent-box").hidden = !sent.length;
  const photos = unsent.reduce((sum, { files }) => sum + files.filter(({ role }) => role !== "voice").length, 0);
  document.getElementById("unsent-sum").textContent = unsent.length ? `${say("items", unsent.length)} · ${say("photos", photos)}` : words.nothing_unsent;
  await drawRoom();
}

async function drawRoom() {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const lasting = (await navigator.storage?.persisted?.()) ?? false;
  const parts = quota ? [say("room", Math.ceil(usage / MB), Math.floor((quota - usage) / MB))] : [];
  document.getElementById("room").textContent = [...parts, lasting ? "" : words.not_lasting].filter(Boolean).join(" ");
}

onState(({ unsent, foreign, sending, online }) => {
  sendAllButton.disabled = sending || !unsent.some(({ state }) => state === "waiting");
  sendAllButton.dataset.online = String(online);
  const box = document.getElementById("foreign");
  box.hidden = !foreign.length;
  box.textContent = foreign.length ? foreignWords(foreign) : "";
});
sendAllButton.addEventListener("click", () => sendNow());

let drawing = 0;
onChange(() => {
  clearTimeout(drawing);
  drawing = setTimeout(draw, 80);
});
draw();
