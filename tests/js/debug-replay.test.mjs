// The log of `debug` that `cargo run --example replay` replays: tests/replay.rs reads it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDebug } from '../../src/js/debug.js';
import { keepAliveError } from '../../src/js/errors.js';

const BYTES = new Uint8Array([0, 7, 255]);
const SNAPSHOT = Object.freeze({
  status: 'degraded', reason: 'server', epoch: 2, lastOkAt: 5, nextCheckAt: null, expiresInMs: 9, subject: 'alice@db/app', data: { a: 1n },
  error: keepAliveError('server', 503, true, undefined, new Error('cause')),
});
const REDIRECT = { url: 'https://localhost/connect?returnTo=%2Fplace%3Ftoken%3D1#place', preventDefault() {} };

/** What the console has to say, an entry each. */
const printed = (t, use) => {
  const log = t.mock.method(console, 'debug', () => {});
  use(createDebug('replay'));
  return log.mock.calls.map(({ arguments: [line, ...more] }) => {
    assert.deepEqual(more, []);
    const [, json] = /^\[session-keepalive\] (\{.*\})$/.exec(line);
    const { at, ...entry } = JSON.parse(json);
    assert.equal(typeof at, 'number');
    return entry;
  });
};

test('the log in the console has bytes and events, an entry a line', (t) => {
  const entries = printed(t, (debug) => {
    debug.trace('input', BYTES);
    debug.event('wake', { sleptMs: 5 });
    debug.event('idle', {});
  });
  assert.deepEqual(entries, [
    { name: 'input', detail: '0007ff' },
    { name: 'wake', detail: { sleptMs: 5 } },
    { name: 'idle', detail: {} },
  ]);
});

test('subject, data, and where the user was are not in the console', (t) => {
  const entries = printed(t, (debug) => {
    debug.event('change', SNAPSHOT);
    debug.event('connected', SNAPSHOT);
    debug.event('redirect', REDIRECT);
  });
  const { subject, data, error, ...kept } = SNAPSHOT;
  const detail = { ...kept, error: { name: 'KeepAliveError', code: 'server', status: 503, retryable: true } };
  assert.deepEqual(entries, [
    { name: 'change', detail },
    { name: 'connected', detail },
    { name: 'redirect', detail: { url: 'https://localhost/connect' } },
  ]);
});

test('a function gets the same bytes, and events as a listener does', () => {
  const entries = [];
  const debug = createDebug((entry) => entries.push(entry));
  debug.trace('options', BYTES);
  debug.event('change', SNAPSHOT);
  debug.event('redirect', REDIRECT);
  assert.deepEqual(entries.map(({ name }) => name), ['options', 'change', 'redirect']);
  assert.equal(entries[0].detail, '0007ff');
  assert.equal(entries[1].detail, SNAPSHOT);
  assert.equal(entries[2].detail, REDIRECT);
});

test('bytes are asked for where they go somewhere', (t) => {
  const log = t.mock.method(console, 'debug', () => {});
  const wants = (debug) => createDebug(debug).traces;
  assert.deepEqual([wants('replay'), wants(() => {}), wants(true), wants(false)], [true, true, false, false]);
  createDebug(false).event('change', SNAPSHOT);
  assert.equal(log.mock.callCount(), 0);
});

test('the way back is not among the words either', (t) => {
  const log = t.mock.method(console, 'debug', () => {});
  createDebug(true).event('redirect', REDIRECT);
  assert.deepEqual(log.mock.calls[0].arguments, ['[session-keepalive] redirect to https://localhost/connect']);
});
