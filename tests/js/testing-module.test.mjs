// The testing kit with a module that was compiled elsewhere, where compiling is forbidden.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createTestWorld } from 'session-keepalive/testing';

const module = new WebAssembly.Module(readFileSync(new URL('../../dist/session_keepalive_bg.wasm', import.meta.url)));

/**
 * Runs `body` in a worker in which, as in those of Cloudflare, an instance of a compiled module can be made and nothing can be compiled.
 * Resolves with what it posts.
 */
const inWorker = (body) =>
  new Promise((resolve, reject) => {
    const script = `
      const { parentPort, workerData: { kit, module } } = require('node:worker_threads');
      // Node compiles a parser of its own when these are first looked at.
      void [Headers, Request, Response];
      const { Module, instantiate } = WebAssembly;
      const forbidden = [];
      const refuse = (what) => { forbidden.push(what); throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder'); };
      WebAssembly.compile = async () => refuse('compile');
      WebAssembly.Module = function () { refuse('new Module'); };
      WebAssembly.Module.prototype = Module.prototype;
      WebAssembly.instantiate = async (source, imports) =>
        source instanceof Module ? instantiate.call(WebAssembly, source, imports) : refuse('instantiate');
      import(kit).then(async ({ createTestWorld }) => { parentPort.postMessage(await (async () => { ${body} })()); });
    `;
    const worker = new Worker(script, { eval: true, workerData: { kit: import.meta.resolve('session-keepalive/testing'), module } });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the worker ended without an answer')));
  });

const scenario = (options) => `
  const world = createTestWorld(${options});
  const sessions = [world.tab, world.openTab()].map((tab) => tab.createKeepAlive());
  await Promise.all(sessions.map(({ ready }) => ready));
  world.simulate.restart();
  await sessions[0].check();
  world.tab.reload();
  const reloaded = world.createKeepAlive();
  await reloaded.ready;
  const told = ({ status, epoch }) => [status, epoch];
  return { forbidden, snapshots: [reloaded, sessions[1]].map((session) => told(session.getSnapshot())) };
`;

test('where compiling is forbidden a compiled module is all that the kit needs, in every page', async () => {
  assert.deepEqual(await inWorker(scenario('{ module }')), { forbidden: [], snapshots: [['connected', 2], ['connected', 2]] });
});

test('without one the worker refuses the kit’s own bytes, and the session says so', async () => {
  const { forbidden, error } = await inWorker(`
    const session = createTestWorld().createKeepAlive();
    return session.ready.then(() => ({ forbidden }), ({ code, cause }) => ({ forbidden, error: [code, cause.message] }));
  `);
  assert.deepEqual(forbidden, ['new Module']);
  assert.deepEqual(error, ['network', 'Wasm code generation disallowed by embedder']);
});

test('each page has an instance of its own of the module', async (t) => {
  const { Instance } = WebAssembly;
  t.after(() => Object.assign(WebAssembly, { Instance }));
  const made = [];
  WebAssembly.Instance = function (given, imports) {
    made.push(given);
    return new Instance(given, imports);
  };
  const world = createTestWorld({ module });
  await Promise.all([world.tab, world.openTab()].map((tab) => tab.createKeepAlive().ready));
  assert.deepEqual(made, [module, module]);
});

test('what is no compiled module is refused at once', () => {
  for (const wrong of [null, '/session_keepalive_bg.wasm', new Uint8Array(8), {}]) {
    assert.throws(() => createTestWorld({ module: wrong }), { name: 'TypeError', message: /`module` must be a WebAssembly\.Module/ });
  }
});
