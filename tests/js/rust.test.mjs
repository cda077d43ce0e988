import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { build } from 'esbuild';
import { inRoot, root } from '../../tools/lib/paths.mjs';

/** Every file that this one imports, at once or later, and that those import. */
const reached = async (entry) => {
  const { metafile } = await build({
    absWorkingDir: root, entryPoints: [entry], bundle: true, write: false, metafile: true, format: 'esm', logLevel: 'silent',
  });
  return Object.keys(metafile.inputs).sort();
};

test('what the facade of a frontend in Rust imports is a snippet of the crate, and nothing else is', async () => {
  const rust = readFileSync(inRoot('src', 'web', 'frontend', 'facade.rs'), 'utf8');
  const snippets = [...rust.matchAll(/"\/(src\/js\/[^"]+)"/g)].map(([, file]) => file).sort();
  const wanted = await reached('src/js/rust.js');
  assert.ok(wanted.includes('src/js/sealed.js'), 'which is imported later');
  assert.deepEqual(snippets, wanted);
});
