import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { build } from 'esbuild';
import { inRoot, root } from '../../tools/lib/paths.mjs';
import { run } from '../../tools/lib/run.mjs';
import { cargoEnvironment } from '../../tools/lib/toolchain.mjs';

/** Every file that this one imports, at once or later, and that those import. */
const reached = async (entry) => {
  const { metafile } = await build({
    absWorkingDir: root, entryPoints: [entry], bundle: true, write: false, metafile: true, format: 'esm', logLevel: 'silent',
  });
  return Object.keys(metafile.inputs).sort();
};

const wanted = await reached('src/js/rust.js');

test('what a frontend in Rust imports of JavaScript is a snippet of the crate, and nothing else is', () => {
  const rust = readFileSync(inRoot('src', 'frontend', 'script.rs'), 'utf8');
  const snippets = [...rust.matchAll(/"\/(src\/js\/[^"]+)"/g)].map(([, file]) => file).sort();
  assert.ok(wanted.includes('src/js/sealed.js'), 'which is imported later');
  assert.ok(wanted.includes('src/js/tabs/lock.js'), 'which is in a folder of its own');
  assert.deepEqual(snippets, wanted);
});

test('the crate that is published has all of these files', async () => {
  const args = ['package', '--list', '--offline', '--locked', '--allow-dirty', '-p', 'session-keepalive'];
  const { stdout } = await run('cargo', args, { cwd: root, show: 'none', env: cargoEnvironment() });
  const files = new Set(stdout.trim().split('\n'));
  assert.deepEqual(wanted.filter((file) => !files.has(file)), []);
});
