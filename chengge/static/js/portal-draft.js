// What somebody is writing survives a reload. Words, place and photos stay on the device for a day; name and contact only as long as
// the tab is open, since others may use the same device.

const KEY = "chengge-portal-draft";
const A_DAY_MS = 24 * 3600 * 1000;

function read(store) {
  try {
    const found = JSON.parse(store.getItem(KEY));
    return found && Date.now() - found.at < A_DAY_MS ? found : null;
  } catch {
    return null;
  }
}

function write(store, values) {
  try {
    store.setItem(KEY, JSON.stringify({ ...values, at: Date.now() }));
  } catch {
    // A full or forbidden store must not stop anybody from reporting.
  }
}

export function readDraft() {
  return { ...read(localStorage), ...read(sessionStorage) };
}

export function writeDraft(shared, own) {
  write(localStorage, shared);
  write(sessionStorage, own);
}

export function forgetDraft() {
  for (const store of [localStorage, sessionStorage]) {
    try {
      store.removeItem(KEY);
    } catch {
      // There was nothing to forget.
    }
  }
}
