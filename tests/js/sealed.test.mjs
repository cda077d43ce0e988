// The sealed store where there is no browser: what it refuses, and how it gets by without IndexedDB. The rest is in
// tests/e2e/sealed.test.mjs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { normalise } from '../../src/js/options.js';
import { sealed } from '../../src/js/sealed.js';

const SECRET = 'postgres://alice:hunter2@db.example/app';
const dist = (name) => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));

/** A store whose warnings are collected in the place of being printed. */
const create = (t) => {
  const { mock } = t.mock.method(console, 'warn', () => {});
  const reported = [];
  const warnings = () => mock.calls.map(({ arguments: [text] }) => text);
  return { store: sealed('test', (error) => reported.push(error)), warnings, reported };
};

test('without IndexedDB it keeps the credential in memory, and says so once', async (t) => {
  const { store, warnings, reported } = create(t);
  assert.equal(await store.load(), null);
  for (const credential of [SECRET, { token: SECRET, scopes: ['a', null, 1.5, true] }, 0, false, '']) {
    await store.save(credential);
    assert.deepEqual(await store.load(), credential);
  }
  await store.clear();
  assert.equal(await store.load(), null);
  assert.deepEqual(warnings(), [
    "session-keepalive: credential 'sealed' is kept in this page only, until it is closed: this browser offers no IndexedDB",
  ]);
  assert.deepEqual(reported, []);
});

test('what is kept is a copy, and nothing is nothing', async (t) => {
  const { store } = create(t);
  const credential = { token: 'a' };
  await store.save(credential);
  credential.token = 'b';
  assert.deepEqual(await store.load(), { token: 'a' });
  for (const nothing of [null, undefined]) {
    await store.save('a');
    await store.save(nothing);
    assert.equal(await store.load(), null);
  }
});

test('the last of many calls that are not waited for wins', async (t) => {
  const { store } = create(t);
  const calls = [store.save('a'), store.load(), store.clear(), store.load(), store.save('b'), store.load()];
  const results = await Promise.all(calls);
  assert.deepEqual([results[1], results[3], results[5]], ['a', null, 'b']);
});

test('what JSON cannot hold is refused by kind, never by value', async (t) => {
  const { store } = create(t);
  await store.save('before');
  const circle = { secret: SECRET };
  circle.self = [circle];
  class Token { secret = SECRET; }
  const rows = [
    [() => SECRET, 'a function'], [Symbol(SECRET), 'a symbol'], [10n, 'a bigint'], [NaN, 'NaN'],
    [{ deep: [Infinity] }, 'Infinity'], [{ toJSON: () => SECRET }, 'a function'],
    [new Map([['secret', SECRET]]), 'an object of class Map'], [new Date(), 'class Date'], [new Uint8Array(3), 'class Uint8Array'],
    [new Token(), 'class Token'], [{ deep: { token: new URL('https://app.example') } }, 'class URL'],
    [circle, 'an object that contains itself'],
  ];
  for (const [credential, kind] of rows) {
    await assert.rejects(store.save(credential), (error) => {
      assert.ok(error instanceof TypeError, String(error));
      assert.match(error.message, /^session-keepalive: with credential 'sealed' remember\(\) wants what JSON can hold/);
      assert.ok(error.message.endsWith(kind), `"${error.message}" ends in: ${kind}`);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  }
  assert.equal(await store.load(), 'before', 'a refusal leaves what was there');
});

test('plain objects of every make pass, and one object in two places is no circle', async (t) => {
  const { store } = create(t);
  const shared = { a: 1 };
  const credential = { one: shared, two: shared, without: undefined, bare: Object.assign(Object.create(null), { b: 2 }) };
  await store.save(credential);
  assert.deepEqual(await store.load(), { one: { a: 1 }, two: { a: 1 }, bare: { b: 2 } });
});

test('the option gives a store at once, whose code comes later', async (t) => {
  t.mock.method(console, 'warn', () => {});
  const { credential: store } = normalise({ credential: 'sealed', name: 'admin' });
  assert.deepEqual(Object.keys(store), ['load', 'save', 'clear']);
  await store.save(SECRET);
  assert.equal(await store.load(), SECRET);
  await store.clear();
  assert.equal(await store.load(), null);
});

test('both entries load the sealed store, and nothing else, from a file beside them', () => {
  for (const entry of ['index.js', 'slim.js']) {
    const text = readFileSync(dist(entry), 'utf8');
    assert.deepEqual(text.match(/\bimport\([^)]*\)/g), ['import("./sealed.js")'], entry);
    assert.doesNotMatch(text, /AES-GCM/, entry);
  }
});

test('a bundler makes the sealed store a chunk of its own, that a page without it never loads', async () => {
  const { metafile } = await build({
    stdin: { contents: `export { createKeepAlive } from ${JSON.stringify(dist('slim.js'))};`, resolveDir: dist('') },
    bundle: true, splitting: true, format: 'esm', outdir: 'out', write: false, metafile: true, logLevel: 'silent',
  });
  const outputs = Object.values(metafile.outputs);
  const [sealedChunk] = outputs.filter(({ inputs }) => Object.keys(inputs).some((path) => path.endsWith('dist/sealed.js')));
  const main = outputs.find(({ entryPoint }) => entryPoint === '<stdin>');
  assert.ok(sealedChunk && sealedChunk !== main);
  assert.deepEqual(main.imports.filter(({ kind }) => kind === 'dynamic-import').length, 1);
});
