// What a scenario needs: a backend, a browser, people. Everything is gone when the test is over, however it ended.
import { Backend } from './backend.mjs';
import { launch, Person } from './browser.mjs';
import { Forwarder } from './forwarder.mjs';

/**
 * @param {import('node:test').TestContext} t
 * @param {{forwarded?: boolean, allowTargets?: string[]}} [options] `forwarded`: browsers reach the backend by a forwarder
 */
export async function world(t, { forwarded = false, allowTargets } = {}) {
  const forwarder = forwarded ? await Forwarder.create() : null;
  const backend = await Backend.create({ publicPort: forwarder?.port, allowTargets });
  t.after(() => backend.remove());
  if (forwarder) {
    await forwarder.up(backend.port);
    t.after(() => forwarder.down());
  }
  const browser = await launch();
  t.after(() => browser.close());
  return { backend, forwarder, person: () => Person.create(browser, backend.origin) };
}
