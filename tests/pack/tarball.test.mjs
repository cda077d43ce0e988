// What is in the tarball, and what tools that know every resolver say of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename, relative } from 'node:path';
import { test } from 'node:test';
import { filesUnder } from '../../tools/lib/stamp.mjs';
import { Consumer } from './support/consumer.mjs';
import { tarball } from './support/tarball.mjs';

const entries = ['axios', 'index', 'react', 'slim', 'svelte', 'testing', 'vue'];
const scripts = [...entries, 'sealed'].map((name) => `dist/${name}.js`);

const contents = [
  'LICENSE-APACHE',
  'LICENSE-MIT',
  'README.md',
  'package.json',
  'dist/session_keepalive_bg.wasm',
  ...entries.map((name) => `dist/${name}.d.ts`),
  ...scripts,
  ...scripts.map((script) => `${script}.map`),
].sort();

/** Where a source says `text`, by way of where the script says it. */
function original(script, map, text) {
  const lines = script.split('\n');
  const line = lines.findIndex((line) => line.includes(text));
  assert.notEqual(line, -1, `the script does not say ${text}`);
  const { originalSource, originalLine } = new SourceMap(map).findEntry(line, lines[line].indexOf(text));
  const source = map.sourcesContent[map.sources.indexOf(originalSource)];
  return { name: basename(originalSource), line: source.split('\n')[originalLine] };
}

test('tarball', async (t) => {
  const consumer = await Consumer.create(t, 'tarball');
  const installed = consumer.path('node_modules', 'session-keepalive');
  const read = (name) => readFileSync(`${installed}/${name}`, 'utf8');

  await t.test('holds these files and no others', () => {
    const found = filesUnder([installed]).map((path) => relative(installed, path).replaceAll('\\', '/'));
    assert.deepEqual(found.sort(), contents);
  });

  for (const script of scripts) {
    await t.test(`${script} has a source map that holds its sources, and nothing of this machine`, () => {
      const map = JSON.parse(read(`${script}.map`));
      assert.match(read(script), new RegExp(`\n//# sourceMappingURL=${basename(script)}\\.map\\s*$`));
      assert.equal(map.sourcesContent.length, map.sources.length);
      assert.ok(map.sourcesContent.every((source) => typeof source === 'string' && source.length > 0));
      for (const source of map.sources) assert.match(source, /^\.\.\/(src\/js(\/(tabs|testing))?|generated|tools\/build)\/\w+\.m?js$/);
    });
  }

  await t.test('a place in a script leads to that place in its source', () => {
    const map = JSON.parse(read('dist/index.js.map'));
    const { name, line } = original(read('dist/index.js'), map, '"x-session-keepalive"');
    assert.equal(name, 'options.js');
    assert.match(line, /'x-session-keepalive'/);
  });

  await t.test('publint has nothing to say', async () => {
    assert.match(await consumer.run('publint', '--strict', '--pack', 'false', await tarball()), /All good!/);
  });

  const attw = async (...args) =>
    consumer.run('@arethetypeswrong/cli', '--no-definitely-typed', '--format', 'ascii', await tarball(), ...args);

  // As a package of ES modules alone: resolvers that do not know `exports` find the default entry only, and `require` of one
  // is nothing that TypeScript allows for every Node (tests/pack/node.test.mjs shows that it works). /wasm is no module.
  await t.test('every entry finds its types', async () => {
    await attw('--profile', 'esm-only', '--exclude-entrypoints', 'wasm');
  });

  await t.test('the default entry does for every resolver', async () => {
    assert.match(await attw('--entrypoints', '.', '--ignore-rules', 'cjs-resolves-to-esm'), /No problems found/);
  });
});
