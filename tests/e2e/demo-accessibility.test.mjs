// Every page of the demo in every state that a person can meet: axe finds nothing, and nothing is wider than the page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe, sideways, violations } from './support/axe.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const looks = ['light', 'dark'].flatMap((colorScheme) => [1280, 390].map((width) => ({ colorScheme, width })));
const QUICK = '/?interval=500&retryBase=100ms&retryCap=500ms';

const status = (person, wanted) => until(`the page says ${wanted}`, async () =>
  (await person.page.locator('#status').textContent()) === wanted);

/** How each state is reached. @type {Record<string, (given: { alice: Person, backend: Backend }) => Promise<void>>} */
const states = {
  'the connect form': ({ alice }) => alice.page.goto(`${alice.origin}/connect?returnTo=${encodeURIComponent('/?interval=5s')}`),
  'the connect form, refused': async ({ alice }) => {
    await alice.page.goto(`${alice.origin}/connect`);
    await alice.page.getByLabel('Connection string').fill('postgres://alice:wrong@db.invalid:5432/app');
    await alice.page.getByRole('button', { name: 'Connect' }).click();
    await alice.page.locator('#connection-error:not(:empty)').waitFor();
  },
  connected: async ({ alice }) => {
    await alice.connect(QUICK);
    await alice.page.locator('#tables li').first().waitFor();
    await alice.page.getByLabel('show change').check();
  },
  'degraded by a fault': async ({ alice, backend }) => {
    await alice.connect(QUICK);
    await backend.fault({ kind: '503' });
    await status(alice, 'degraded');
  },
  'healed after a restart': async ({ alice, backend }) => {
    await alice.connect(QUICK);
    await backend.kill();
    await status(alice, 'degraded');
    await backend.start();
    await status(alice, 'connected');
  },
  offline: async ({ alice }) => {
    await alice.connect(QUICK);
    await alice.context.setOffline(true);
    await status(alice, 'offline');
  },
  'a tab was closed, and a question before all sessions end': async ({ alice }) => {
    await alice.connect(QUICK);
    const [second] = await Promise.all([alice.context.waitForEvent('page'), alice.page.getByRole('button', { name: 'Open another tab' }).click()]);
    await alice.page.getByRole('button', { name: 'Close Tab 2' }).waitFor();
    await second.close();
    await alice.page.locator('#closed-tabs').waitFor();
    await alice.page.getByRole('button', { name: 'Sign out everywhere' }).click();
  },
  'warned that the session ends, which cannot be helped': async ({ alice }) => {
    await alice.connect(QUICK);
    await alice.call('POST', '/demo/session/expire', { limit: 'absolute', seconds: 120 });
    await alice.page.getByRole('button', { name: 'Stay signed in' }).click();
    await alice.page.getByRole('button', { name: 'Back to your work' }).waitFor();
  },
  'an option that is impossible': async ({ alice }) => {
    await alice.page.goto(`${alice.origin}/?interval=soon`);
    await alice.page.locator('#banner').waitFor();
  },
  'without Wasm': async ({ alice }) => {
    await alice.page.goto(`${alice.origin}/no-wasm/`);
    await alice.page.locator('#banner').waitFor();
  },
};

for (const [name, reach] of Object.entries(states)) {
  test(name, async (t) => {
    const { backend, person } = await world(t);
    const alice = await person();
    await reach({ alice, backend });
    await alice.page.evaluate(axe);
    for (const { colorScheme, width } of looks) {
      const look = `${colorScheme}, ${width} wide`;
      // Colours that are still on their way to others would be judged as they are.
      await alice.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await alice.page.setViewportSize({ width, height: 900 });
      assert.deepEqual(await alice.page.evaluate(violations), [], look);
      assert.equal(await alice.page.evaluate(sideways), 0, `${look}: scrolls sideways`);
    }
  });
}
