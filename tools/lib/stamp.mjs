// Skipping work whose inputs are unchanged. The key is a hash of the contents, never a time: a checkout, a copied folder and
// a touched file all give the right answer.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** Every file under these paths (a file stands for itself), sorted, so that the order on disk has no say. */
export function filesUnder(paths) {
  const files = [];
  const visit = (path) => {
    if (statSync(path).isDirectory()) readdirSync(path).forEach((name) => visit(join(path, name)));
    else files.push(path);
  };
  paths.filter((path) => existsSync(path)).forEach(visit);
  return files.sort();
}

/** A hash over the names (relative to `base`) and contents of everything under `paths`, and over `facts`. */
export function hashOf(base, paths, facts = []) {
  const hash = createHash('sha256');
  const add = (part) => {
    // The length in front keeps two different lists of parts from running together into the same bytes.
    hash.update(`${part.length}:`).update(part);
  };
  for (const path of filesUnder(paths)) {
    add(relative(base, path).split(sep).join('/'));
    add(readFileSync(path));
  }
  facts.forEach((fact) => add(String(fact)));
  return hash.digest('hex');
}

/**
 * Runs `work` unless `stampFile` says that it ran with this key and the outputs are still as it left them.
 * Returns whether it ran.
 */
export async function whenChanged({ base, stampFile, key, outputs }, work) {
  const state = () => `${key}\n${hashOf(base, outputs)}\n`;
  const present = () => outputs.every((path) => existsSync(path));
  if (present() && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === state()) return false;
  await work();
  if (!present()) throw new Error(`a step did not write ${outputs.filter((path) => !existsSync(path)).join(', ')}`);
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, state());
  return true;
}
