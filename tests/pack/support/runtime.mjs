// A JavaScript runtime that npm installs as a binary, and the testing kit in it.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Consumer } from './consumer.mjs';

const extension = process.platform === 'win32' ? '.exe' : '';

/** What tests/pack/fixtures/kit/scenario.mjs prints of each world. */
const healed = {
  statuses: ['starting', 'connected', 'degraded', 'connected', 'inactive'],
  events: ['connected', 'degraded', 'reconnected'],
  epoch: 2,
  subject: 'alice',
  visited: [],
};

/**
 * @param {string} name of the fixture
 * @param {object} runtime
 * @param {string} runtime.scope of the packages that hold the binary, one for each system; npm installs that of this one
 * @param {string} runtime.program the binary's path in such a package
 * @param {string[]} runtime.args before the script
 */
export function runtime(name, { scope, program, args }) {
  test(`the testing kit in ${name}`, async (t) => {
    const consumer = await Consumer.create(t, name);
    consumer.lay('kit');
    const [system] = readdirSync(consumer.path('node_modules', scope));
    const run = (...more) => consumer.execute(`${scope}/${system}/${program}${extension}`, ...more);

    await t.test('a session outlives a restart', async () => {
      assert.deepEqual(JSON.parse(await run(...args, 'scenario.mjs')), { runtime: name, worlds: [healed, healed] });
    });
  });
}
