// The pictures in docs/images: all that are taken are there and shown, and no others.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inRoot } from '../../tools/lib/paths.mjs';
import { filesUnder } from '../../tools/lib/stamp.mjs';
import { pictures } from '../../tools/screenshots/pictures.mjs';

const folder = inRoot('docs', 'images');
const sorted = (names) => [...new Set(names)].sort();
const taken = sorted(pictures.map(({ name }) => `${name}.png`));

/** What every PNG begins with: its signature, then a chunk with the width. */
function widthOf(file) {
  const bytes = readFileSync(join(folder, file));
  assert.equal(bytes.toString('latin1', 1, 4) + bytes.toString('latin1', 12, 16), 'PNGIHDR', file);
  return bytes.readUInt32BE(16);
}

test('every picture that is taken is there, as wide as it is to be: npm run screenshots', () => {
  assert.deepEqual(sorted(readdirSync(folder).filter((name) => name.endsWith('.png'))), taken);
  for (const { name, width } of pictures) assert.equal(widthOf(`${name}.png`), width, name);
});

test('every picture is shown in a document, with words for those who do not see it', () => {
  const documents = [inRoot('README.md'), ...filesUnder([inRoot('docs')]).filter((path) => path.endsWith('.md'))];
  const shown = documents.flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/!\[([^\]]*)\]\([^)]*images\/([^)]+)\)/g)]);
  for (const [, words, file] of shown) assert.ok(words.length > 10, `${file}: "${words}"`);
  assert.deepEqual(sorted(shown.map(([, , file]) => file).filter((file) => file.endsWith('.png'))), taken);
});
