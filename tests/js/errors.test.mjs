import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRAPPED, keepAliveError, loadError } from '../../src/js/errors.js';
import { declarations } from '../../tools/docs/declarations.mjs';

const REASONS = declarations().unions.Reason.map(({ name }) => name);

test('an error has its code, the status where there was one, and whether it may heal', () => {
  const error = keepAliveError('server', 503, true);
  assert.ok(error instanceof Error);
  assert.equal(error.name, 'KeepAliveError');
  assert.deepEqual([error.code, error.status, error.retryable], ['server', 503, true]);
  assert.match(error.message, /\(HTTP 503\)$/);
  const silent = keepAliveError('network', null, true);
  assert.ok(!('status' in silent));
  assert.ok(!('status' in keepAliveError('network', undefined, true)), 'as the module says that there was none');
  assert.doesNotMatch(silent.message, /HTTP/);
});

test('every reason that can be an error has a sentence', () => {
  // Signing out is not an error.
  for (const reason of REASONS.filter((name) => !name.startsWith('signed-out'))) {
    assert.match(keepAliveError(reason, null, false).message, /^[A-Z].+\.$/, reason);
  }
});

test('a sentence of its own takes the place of that of the code, and the cause is kept', () => {
  const cause = new WebAssembly.RuntimeError('unreachable');
  const error = keepAliveError('wasm-blocked', undefined, false, TRAPPED, cause);
  assert.deepEqual([error.code, error.retryable, error.cause, error.message], ['wasm-blocked', false, cause, TRAPPED]);
  assert.ok(!('status' in error));
  assert.match(TRAPPED, /start\(\)/);
});

test('a policy that forbids WebAssembly is recognised in every browser', () => {
  const { CompileError } = WebAssembly;
  const policies = [
    // Chrome
    new CompileError("WebAssembly.instantiate(): Compiling or instantiating WebAssembly module violates the following Content Security policy directive because neither 'wasm-eval' nor 'unsafe-eval' is an allowed source of script"),
    new CompileError("WebAssembly.instantiateStreaming(): Refused to compile or instantiate WebAssembly module because 'unsafe-eval' is not an allowed source of script"),
    // Firefox
    new CompileError('call to WebAssembly.instantiate() blocked by CSP'),
    // Safari
    new EvalError("Refused to create a WebAssembly object because 'unsafe-eval' or 'wasm-unsafe-eval' is not an allowed source of script in the following Content Security Policy directive"),
  ];
  for (const cause of policies) {
    const error = loadError(cause);
    assert.deepEqual([error.code, error.retryable, error.cause], ['wasm-blocked', false, cause], cause.message);
    assert.match(error.message, /'wasm-unsafe-eval' to script-src/);
  }
});

test('what failed otherwise may be tried again', () => {
  const causes = [
    new TypeError('Failed to fetch'),
    // connect-src forbids the download: nothing that 'wasm-unsafe-eval' would help with.
    new TypeError("Failed to fetch. Refused to connect because it violates the document's Content Security Policy."),
    new WebAssembly.CompileError('expected magic word 00 61 73 6d, found 3c 21 64 6f @+0'),
    'a string', null, undefined,
  ];
  for (const cause of causes) {
    const error = loadError(cause);
    assert.deepEqual([error.code, error.retryable], ['network', true], String(cause));
    assert.match(error.message, /start\(\) or check\(\) tries again/);
  }
});

test('a browser without WebAssembly cannot run it either', (t) => {
  const kept = globalThis.WebAssembly;
  t.after(() => { globalThis.WebAssembly = kept; });
  delete globalThis.WebAssembly;
  assert.equal(loadError(new ReferenceError('WebAssembly is not defined')).code, 'wasm-blocked');
});
