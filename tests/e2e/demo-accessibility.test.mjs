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

/** How each state is reached. @type {Record<string, (given: { alice: Person, backend: Backend, person: () => Promise<Person> }) => Promise<void>>} */
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
  'stopped, and told so': async ({ alice }) => {
    await alice.connect(QUICK);
    await alice.page.getByRole('spinbutton', { name: 'Seconds to be stopped' }).fill('0');
    await alice.page.getByRole('button', { name: 'Stop the backend' }).click();
    await alice.page.locator('#stop-error:not(:empty)').waitFor();
    await alice.page.getByRole('spinbutton', { name: 'Seconds to be stopped' }).fill('60');
    await alice.page.getByRole('button', { name: 'Stop the backend' }).click();
    await alice.page.locator('#in-force[data-tone="down"]').waitFor();
    await status(alice, 'degraded');
  },
  'the timeline as a table, looked back on': async ({ alice, backend }) => {
    await alice.connect(QUICK);
    await backend.fault({ kind: '503', seconds: 1 });
    await status(alice, 'degraded');
    await status(alice, 'connected');
    await alice.page.locator('#timeline-details summary').click();
    await alice.page.locator('#timeline-picture').press('ArrowLeft');
    await until('it says what was', async () => (await alice.page.locator('#timeline-rows tr').count()) >= 3);
  },
  'the hand-written page, thrown out': async ({ alice, backend }) => {
    await alice.connect(QUICK);
    await until('it is signed in', async () => (await alice.page.locator('#before-says').textContent()) === 'Signed in.');
    // For as long as this takes: it would sign in again by itself.
    await backend.fault({ kind: '503' });
    await alice.page.locator('#before-login').waitFor();
  },
  'two tabs and two devices': async ({ alice, person }) => {
    await (await person()).connect(QUICK);
    await alice.connect(QUICK);
    await alice.page.getByRole('button', { name: 'Open another tab' }).click();
    await until('both tabs are listed', async () => (await alice.page.locator('#tab-rows tr').count()) === 2);
    await until('both devices are listed', async () => (await alice.page.locator('#session-rows li').count()) === 2);
  },
  'asked whether to sign out everywhere': async ({ alice }) => {
    await alice.connect(QUICK);
    await alice.page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await alice.page.locator('#confirm[open]').waitFor();
  },
  'warned that the session ends': async ({ alice }) => {
    await alice.connect(QUICK);
    await alice.call('POST', '/demo/session/expire', { limit: 'absolute', seconds: 50 });
    await alice.page.locator('#expiring[open]').waitFor();
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
    await reach({ alice, backend, person });
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
