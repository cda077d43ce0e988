// What is published beside the two main entries, as package.json names it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
// Before the guards below: what they do at their import is their own business.
import 'axios';
import 'react';
import 'vue';

const root = new URL('../../', import.meta.url);
const { exports, files, name } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const scripts = Object.entries(exports).filter(([, target]) => target.default);

/** What an application's bundler makes of a script. */
const bundled = async (contents) => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(root) },
    bundle: true, write: false, format: 'esm', minify: true, logLevel: 'error', external: ['react', 'vue', 'axios'],
  });
  return outputFiles[0].text;
};
const modulesIn = (text) => text.split('WebAssembly.instantiate(').length - 1;

test('every entry has its file and its types, in what is packed', () => {
  assert.deepEqual(scripts.map(([entry]) => entry), ['.', './slim', './react', './vue', './svelte', './axios', './testing']);
  for (const [entry, { types, default: script }] of scripts) {
    for (const file of [types, script]) {
      assert.ok(existsSync(new URL(file, root)), `${entry}: ${file}`);
      assert.ok(files.some((folder) => file.startsWith(`./${folder}/`)), file);
    }
  }
});

test('importing has no effect', async () => {
  const names = ['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'addEventListener', 'BroadcastChannel', 'document', 'localStorage'];
  const kept = names.map((global) => [global, Object.getOwnPropertyDescriptor(globalThis, global)]);
  const { instantiate, Module } = WebAssembly;
  const touched = [];
  // Node's own fetch loads a module at some time.
  const forbidden = (what) => () => {
    if (new Error().stack.includes('/dist/')) touched.push(what);
  };
  for (const global of names) {
    // The testing kit takes hold of setImmediate, and does not call it.
    const reading = global === 'setImmediate' ? { value: forbidden(global) } : { get: forbidden(global) };
    Object.defineProperty(globalThis, global, { configurable: true, ...reading });
  }
  WebAssembly.instantiate = forbidden('WebAssembly.instantiate');
  WebAssembly.Module = forbidden('WebAssembly.Module');
  try {
    for (const [entry] of scripts) await import(`${name}${entry.slice(1)}`);
  } finally {
    for (const [global, descriptor] of kept) {
      if (descriptor) Object.defineProperty(globalThis, global, descriptor);
      else delete globalThis[global];
    }
    Object.assign(WebAssembly, { instantiate, Module });
  }
  assert.deepEqual(touched, []);
});

describe('a bundle', () => {
  test('holds one module, however many entries import the main one', async () => {
    const text = await bundled(`
      export { createKeepAlive } from '${name}';
      export { SessionKeepAlive } from '${name}/react';
      export { createSessionKeepAlive } from '${name}/vue';
      export { sessionKeepAlive } from '${name}/svelte';
      export { attach } from '${name}/axios';`);
    assert.equal(modulesIn(text), 1);
  });

  test('of an adapter with a session from elsewhere holds nothing of the main entry', async () => {
    const light = {
      react: 'SessionProvider, useSession, useExpiring',
      vue: 'sessionPlugin, useSession, useExpiring',
      svelte: 'sessionStore, expiring',
      axios: 'attach',
    };
    for (const [adapter, names] of Object.entries(light)) {
      const text = await bundled(`export { ${names} } from '${name}/${adapter}';`);
      assert.equal(modulesIn(text), 0, adapter);
      assert.ok(text.length < 2_500, `${adapter}: ${text.length} bytes`);
    }
    assert.equal(modulesIn(await bundled(`export { SessionKeepAlive } from '${name}/react';`)), 1, 'it is found where it is');
  });

  test('of a page has nothing of the testing kit', async () => {
    const text = await bundled(`export { createKeepAlive } from '${name}'; export * from '${name}/react';`);
    assert.ok(!text.includes('createTestWorld'));
    assert.ok(!text.includes('downFor'));
  });
});

test('React’s adapter is for client components', () => {
  assert.match(readFileSync(new URL(exports['./react'].default, root), 'utf8'), /^"use client";/);
});
