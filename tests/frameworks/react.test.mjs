import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../e2e/support/until.mjs';
import { Example, install } from './support/example.mjs';

/** Every answered check of the page from now on. */
function checksOf(page) {
  const answers = [];
  page.on('response', (answer) => answer.url().endsWith('/api/validate-session') && answers.push(answer.status()));
  return answers;
}

const showsCommits = (page) => page.evaluate(() => window.commits);

test('react', async (t) => {
  const consumer = await install(t, 'react');

  await t.test('as for production: unsaved text outlives three restarts of the backend', async (t) => {
    await consumer.run('vite', 'build');
    const example = await Example.built(t, consumer);
    await example.begin('/after/index.html?interval=300');
    for (const epoch of [2, 3, 4]) {
      await example.site.backend.kill();
      await example.shows(`degraded, epoch ${epoch - 1}`);
      await example.site.backend.start();
      await example.shows(`connected, epoch ${epoch}`);
      await example.assertNothingLost();
    }
  });

  await t.test('before, one check while the backend is away is enough to lose it', async (t) => {
    const { page, site } = await Example.built(t, consumer);
    await page.goto(`${site.origin}/before/connect.html`);
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('textbox', { name: 'Not saved yet' }).fill('Gone in a moment.');
    assert.equal(await page.evaluate(() => localStorage.getItem('connectionString')), 'sqlite:sample.db');
    await site.backend.kill();
    await page.waitForURL('**/before/connect.html');
    await site.backend.start();
    await page.goBack();
    assert.equal(await page.getByRole('textbox', { name: 'Not saved yet' }).inputValue(), '');
  });

  await t.test('in development, where StrictMode mounts twice: unsaved text outlives three restarts, and only a change renders', async (t) => {
    const example = await Example.developed(t, consumer);
    const { page, site } = example;
    const checks = checksOf(page);
    await example.begin('/after/index.html?interval=200');
    for (const epoch of [2, 3, 4]) {
      await site.backend.restart();
      await example.shows(`connected, epoch ${epoch}`);
      await example.assertNothingLost();

      const [commits, checked] = [await showsCommits(page), checks.length];
      await until('five checks more', () => checks.length >= checked + 5);
      assert.deepEqual(await showsCommits(page), commits, 'renders without a change');
    }
    const commits = await showsCommits(page);
    assert.ok(commits.includes('mount') && commits.includes('update'), `the Profiler counts: ${commits}`);
    assert.ok(checks.every((status) => status === 200 || status === 401), `answers: ${checks}`);
  });
});
