import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createTell } from '../../src/js/debug.js';
import { openPage } from './support/page.mjs';

let page;
beforeEach(() => { page = openPage(); });
afterEach(() => page.remove());

test('without the option nothing is told', (t) => {
  const log = t.mock.method(console, 'debug', () => {});
  createTell(false)('wake', { sleptMs: 5 });
  assert.equal(log.mock.callCount(), 0);
});

test('true tells the console', (t) => {
  const log = t.mock.method(console, 'debug', () => {});
  createTell(true)('wake', { sleptMs: 5 });
  const [[prefix, { at, ...entry }]] = log.mock.calls.map((call) => call.arguments);
  assert.match(prefix, /session-keepalive/);
  assert.equal(typeof at, 'number');
  assert.deepEqual(entry, { name: 'wake', detail: { sleptMs: 5 } });
});

test('a function is told itself, and may throw', () => {
  const told = [];
  createTell((entry) => told.push(entry))('wake', { sleptMs: 5 });
  assert.deepEqual(told.map(({ name, detail }) => [name, detail]), [['wake', { sleptMs: 5 }]]);
  createTell(() => { throw new Error('mine'); })('wake', {});
  assert.equal(page.reported[0].message, 'mine');
});

test('numbers that are not there are left out at the end only', () => {
  const told = [];
  const tell = createTell(({ detail }) => told.push(detail));
  const given = ['resume', NaN, 0, NaN, NaN];
  tell('effect', given);
  tell('effect', ['stop', NaN]);
  tell('options', []);
  assert.deepEqual(told, [['resume', NaN, 0], ['stop'], []]);
  assert.equal(given.length, 5, 'what was given is left alone');
  assert.equal(JSON.stringify(told[0]), '["resume",null,0]');
});
