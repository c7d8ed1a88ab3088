// What is kept on this machine: drafts and photos that the server does not have yet. IndexedDB, reopened when the system
// closes it (iOS does so under memory pressure); drafts fall back to localStorage where it is refused.
import { openDB } from "../../vendor/idb/idb.js";

const NAME = "form-sheets";
const FALLBACK = "form-sheet:";
let opening = null;

function open() {
  opening ??= openDB(NAME, 1, {
    upgrade(database) {
      database.createObjectStore("drafts");
      database.createObjectStore("photos");
    },
    terminated() {
      opening = null;
    },
  });
  return opening;
}

async function using(work) {
  try {
    return await work(await open());
  } catch {
    opening = null;
    return work(await open());
  }
}

export async function readDraft(key) {
  const fallback = localStorage.getItem(FALLBACK + key);
  try {
    return (await using((database) => database.get("drafts", key))) ?? (fallback ? JSON.parse(fallback) : null);
  } catch {
    return fallback ? JSON.parse(fallback) : null;
  }
}

// Resolves when the draft is on the disk; rejects when it could not be kept at all.
export async function saveDraft(key, draft) {
  try {
    await using((database) => database.put("drafts", draft, key));
    localStorage.removeItem(FALLBACK + key);
  } catch {
    localStorage.setItem(FALLBACK + key, JSON.stringify(draft));
  }
}

// After the receipt: the draft and its photos are on the server.
export async function forget(key) {
  localStorage.removeItem(FALLBACK + key);
  await using((database) => Promise.all([database.delete("drafts", key), database.delete("photos", photosOf(key))])).catch(() => {});
}

const photosOf = (key) => IDBKeyRange.bound(`${key}/`, `${key}/\uffff`);

export const keepPhoto = (key, sha256, photo) => using((database) => database.put("photos", photo, `${key}/${sha256}`));
export const photoKept = (key, sha256) => using((database) => database.get("photos", `${key}/${sha256}`)).catch(() => undefined);
