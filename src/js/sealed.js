// @ts-check
/**
 * The credential level 'sealed': IndexedDB, encrypted under a key that WebCrypto uses but does not give out. It protects at
 * rest only: no file of the browser's profile shows the credential. Script on the page can have it decrypted as this file
 * does, and a whole profile holds the key too, in Chromium as plain bytes.
 *
 * Loaded when a session asks for it, and without imports: the slim entry ships it as a file of its own.
 */

const ALGORITHM = 'AES-GCM';
/** The object store of each database, and its only record: `{ key, iv, data }`, so that a key and what it opens never part. */
const PLACE = 'credential';

/** @typedef {{ key: CryptoKey, iv: Uint8Array<ArrayBuffer>, data: ArrayBuffer }} SealedRecord */

/**
 * Opens the database for one transaction. `work` gives the request whose result counts.
 * @param {string} name
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} work
 * @returns {Promise<any>}
 */
const transactOnce = (name, mode, work) =>
  new Promise((resolve, reject) => {
    if (!globalThis.indexedDB) throw new Error('this browser offers no IndexedDB');
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(PLACE);
    opening.onerror = (event) => {
      // Firefox would tell it to the page as an error that nobody handles.
      event.preventDefault();
      reject(opening.error);
    };
    opening.onsuccess = () => {
      const database = opening.result;
      try {
        const transaction = database.transaction(PLACE, mode);
        const request = work(transaction.objectStore(PLACE));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error ?? request.error);
      } catch (error) {
        reject(error);
      }
      // Takes effect when the transaction ends. A connection that closes is in nobody's way: neither another tab's new
      // version or deletion, nor the back/forward cache.
      database.close();
    };
  });

/**
 * Once more if it fails: Safari loses its database process in the background, and a new connection heals that.
 * @param {Parameters<typeof transactOnce>} given
 */
const transact = (...given) => transactOnce(...given).catch(() => transactOnce(...given));

/** @param {any} key what was found in the place of a key @returns {key is CryptoKey} */
const isKey = (key) =>
  key instanceof CryptoKey && key.algorithm.name === ALGORITHM && !key.extractable && key.usages.includes('encrypt');

/** @param {string} name @returns {Promise<SealedRecord | undefined>} as far as nobody else has written there */
const read = (name) => transact(name, 'readonly', (store) => store.get(PLACE));

/** @param {string} name */
const remove = (name) => transact(name, 'readwrite', (store) => store.delete(PLACE));

/**
 * Removes this record, unless another tab has put a new one in its place.
 * @param {string} name
 * @param {Partial<SealedRecord>} record
 */
const removeOnly = (name, { iv }) =>
  transact(name, 'readwrite', (store) => {
    const found = store.get(PLACE);
    found.onsuccess = () => {
      if (String(found.result?.iv) === String(iv)) store.delete(PLACE);
    };
    return found;
  });

/** WebCrypto, or why there is none. */
const subtle = () => {
  if (!globalThis.crypto?.subtle) throw new Error('browsers offer WebCrypto on https and localhost only');
  return crypto.subtle;
};

/**
 * Transactions end by themselves while WebCrypto works, so there are two: one to look for the key, and one that puts key and
 * credential together. Of two tabs with a new key each the last one wins, with both.
 * @param {string} name
 * @param {string} text
 */
const seal = async (name, text) => {
  const webCrypto = subtle();
  const found = (await read(name).catch(() => null))?.key;
  const fresh = () => webCrypto.generateKey({ name: ALGORITHM, length: 256 }, false, ['encrypt', 'decrypt']);
  const key = isKey(found) ? found : await fresh();
  // 96 random bits, new every time: NIST SP 800-38D, 8.2.2.
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await webCrypto.encrypt({ name: ALGORITHM, iv }, key, new TextEncoder().encode(text));
  await transact(name, 'readwrite', (store) => store.put({ key, iv, data }, PLACE));
};

/**
 * The credential; null if there is none, or none that can be read.
 * @param {string} name
 * @param {(error: Error) => void} report
 */
const open = async (name, report) => {
  const webCrypto = subtle();
  const record = await read(name);
  if (record === undefined) return null;
  try {
    const { key, iv, data } = record;
    return JSON.parse(new TextDecoder().decode(await webCrypto.decrypt({ name: ALGORITHM, iv }, key, data)));
  } catch (error) {
    await removeOnly(name, record ?? {});
    // Without the cause: the words of JSON.parse would repeat what it read.
    report(new Error(`session-keepalive: the sealed credential could not be read (${/** @type {Error} */ (error).name}), so it was removed.`));
    return null;
  }
};

/**
 * What JSON would change without a word: a Map to {}, NaN to null. Properties that are undefined may be left out.
 * @param {unknown} value
 */
const unfit = (value) => {
  if (value === null || ['undefined', 'string', 'boolean'].includes(typeof value) || Number.isFinite(value)) return undefined;
  if (typeof value !== 'object') return typeof value === 'number' ? String(value) : `a ${typeof value}`;
  // Plain objects of other frames too.
  const prototype = Object.getPrototypeOf(value);
  const plain = Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
  return plain ? undefined : `an object of class ${prototype.constructor?.name}`;
};

/** @param {unknown} credential */
const toText = (credential) => {
  /** @param {string} found @returns {never} */
  const refuse = (found) => {
    const wanted = 'what JSON can hold, such as a string or a plain object';
    throw new TypeError(`session-keepalive: with credential 'sealed' remember() wants ${wanted}, not ${found}`);
  };
  const path = new Set();
  const check = (/** @type {unknown} */ value) => {
    const found = unfit(value);
    if (found) refuse(found);
    if (typeof value !== 'object' || value === null) return;
    if (path.has(value)) refuse('an object that contains itself');
    path.add(value);
    Object.values(value).forEach(check);
    path.delete(value);
  };
  check(credential);
  return JSON.stringify(credential);
};

/** One after the other, for all sessions of the page: a sign-out in the middle of a save must come after it. @type {Promise<unknown>} */
let last = Promise.resolve();
/**
 * @template T
 * @param {() => Promise<T>} work
 */
const inTurn = (work) => {
  const turn = last.then(work);
  last = turn.catch(() => {});
  return turn;
};

/**
 * @param {string} name of the database
 * @param {(error: Error) => void} report tells the page about an error that must not disturb anybody
 * @returns {import('./index.js').CredentialStore} one that holds what JSON can hold; where the browser forbids it, in memory
 */
export const sealed = (name, report) => {
  let degraded = false;
  /** @type {string | null} as JSON, once degraded */
  let kept = null;
  /** @param {unknown} cause */
  const degrade = (cause) => {
    const { message } = /** @type {Error} */ (cause);
    const where = 'is kept in this page only, until it is closed';
    if (!degraded) console.warn(`session-keepalive: credential 'sealed' ${where}: ${message}`);
    degraded = true;
  };
  const clear = () =>
    inTurn(async () => {
      kept = null;
      await remove(name).catch(degrade);
    });
  return {
    load: () =>
      inTurn(async () => {
        if (!degraded) {
          try {
            return await open(name, report);
          } catch (error) {
            degrade(error);
          }
        }
        return kept && JSON.parse(kept);
      }),
    async save(credential) {
      if (credential == null) return clear();
      const text = toText(credential);
      return inTurn(async () => {
        if (!degraded) {
          try {
            return await seal(name, text);
          } catch (error) {
            degrade(error);
          }
        }
        kept = text;
        // An older one must not come back when the page is loaded again.
        await remove(name).catch(degrade);
      });
    },
    clear,
  };
};
