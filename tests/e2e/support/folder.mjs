// Temporary folders that are gone at the end, also when the test process is cut short.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const present = new Set();
const remove = (path) => rmSync(path, { recursive: true, force: true, maxRetries: 5 });
process.on('exit', () => present.forEach(remove));

/** @param {string} name the start of its name @returns {string} its path */
export function temporaryFolder(name) {
  const path = mkdtempSync(join(tmpdir(), `session-keepalive-${name}-`));
  present.add(path);
  return path;
}

/** @param {string} path of {@link temporaryFolder} */
export function removeFolder(path) {
  remove(path);
  present.delete(path);
}
