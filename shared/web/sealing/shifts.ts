import type { ShiftKey } from "./duty";

// The one thing that a console keeps in its browser: a key that cannot be taken out of it, for one shift. It lets a
// reload go on without the password, and is removed at logout. Nothing of a chat is ever put here.

const DATABASE = "havre-shift";
const STORE = "keys";

/** Keep the key of an account's shift; it replaces the one before. */
export async function keepShift(account: string, shift: ShiftKey): Promise<void> {
  await run("readwrite", (store) => store.put(shift, account));
}

/** Return the key of an account's shift, or null when there is none or its time is over. */
export async function findShift(account: string, nowMs: number): Promise<ShiftKey | null> {
  const found = (await run("readonly", (store) => store.get(account))) as ShiftKey | undefined;
  if (!found) return null;
  if (found.expiresAt > nowMs) return found;
  await dropShift(account);
  return null;
}

/** Remove the key of an account's shift. */
export async function dropShift(account: string): Promise<void> {
  await run("readwrite", (store) => store.delete(account));
}

async function run(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  const database = await open();
  try {
    return await settled(act(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  // eslint-disable-next-line no-restricted-globals -- a shift key that cannot leave the browser, and nothing of a chat
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => void request.result.createObjectStore(STORE);
  return settled(request);
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser keeps nothing"));
  });
}
