// What a scenario needs: a backend, a browser, people. Everything is gone when the test is over, however it ended.
import { Backend } from './backend.mjs';
import { launch, Person } from './browser.mjs';
import { Forwarder } from './forwarder.mjs';
import { Profile } from './profile.mjs';

/**
 * A backend, and in front of it a forwarder if wanted.
 * @param {import('node:test').TestContext} t
 * @param {{forwarded?: boolean, allowTargets?: string[], policy?: string[]}} [options] `forwarded`: browsers reach the
 *   backend by a forwarder
 */
async function servers(t, { forwarded = false, ...options }) {
  const forwarder = forwarded ? await Forwarder.create() : null;
  const backend = await Backend.create({ publicPort: forwarder?.port, ...options });
  t.after(() => backend.remove());
  if (forwarder) {
    await forwarder.up(backend.port);
    t.after(() => forwarder.down());
  }
  return { backend, forwarder };
}

/** People with a browser profile each, whose tabs are all visible. Options as of {@link servers}. */
export async function world(t, options = {}) {
  const { backend, forwarder } = await servers(t, options);
  const browser = await launch();
  t.after(() => browser.close());
  return { backend, forwarder, person: () => Person.create(browser, backend.origin) };
}

/** One profile with as many tabs as wanted, hidden and frozen ones among them. Options as of {@link servers}. */
export async function profileWorld(t, options = {}) {
  const { backend, forwarder } = await servers(t, options);
  const profile = await Profile.create(backend.origin);
  t.after(() => profile.remove());
  return { backend, forwarder, profile };
}
