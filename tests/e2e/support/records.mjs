// What a page keeps in IndexedDB, read as it lies there: nothing is decrypted, no code of the module takes part.

/**
 * Every record of every database of the page's origin: the bytes in each as text, and what can be told of its key.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<{database: string, text: string, iv?: string,
 *   key?: {extractable: boolean, algorithm: object, exports: string[]}}[]>} `exports`: what became of the attempts to export it
 */
export const records = (page) => page.evaluate(async () => {
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const asText = (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      return String.fromCharCode(...new Uint8Array(value.buffer ?? value));
    }
    if (value instanceof CryptoKey) return '';
    return typeof value === 'object' && value !== null ? Object.values(value).map(asText).join('\n') : String(value);
  };
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      for (const record of await done(database.transaction(store).objectStore(store).getAll())) {
        const { key, iv } = record;
        const exported = (format) => crypto.subtle.exportKey(format, key).then(() => 'given out', ({ name }) => name);
        found.push({
          database: name,
          text: asText(record),
          iv: iv && [...iv].join(),
          key: key && {
            extractable: key.extractable,
            algorithm: { ...key.algorithm },
            exports: await Promise.all(['raw', 'jwk'].map(exported)),
          },
        });
      }
    }
    database.close();
  }
  return found;
});
