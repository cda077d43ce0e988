// (d) The last resort: without a credential a lost session is lost, and the login page knows the way back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const PLACE = '/?interval=500&view=a%26b#notes';

test('(d) ticket removed, then a restart: one redirect, and it leads back to the very place', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await alice.connect(PLACE);
  const { name } = await alice.cookie('ticket');
  await alice.context.clearCookies({ name });

  await backend.restart();

  await until('the login page is open', () => new URL(alice.page.url()).pathname === '/connect');
  await alice.page.waitForLoadState();
  const { origin, searchParams } = new URL(alice.page.url());
  assert.equal(origin, backend.origin);
  assert.equal(searchParams.get('returnTo'), PLACE);
  assert.deepEqual([...searchParams.keys()], ['returnTo']);
  assert.deepEqual(alice.named('disconnected').map(({ reason }) => reason), ['session-lost']);
  assert.equal(alice.named('redirect').length, 1);
  assert.deepEqual(alice.navigations, [alice.page.url()], 'one navigation, to the login page');

  await alice.page.getByRole('button', { name: 'Connect' }).click();
  await alice.page.waitForURL(backend.origin + PLACE);
  await alice.page.evaluate(() => window.session.ready);
  assert.equal((await alice.snapshot()).status, 'connected');
  assert.equal((await alice.snapshot()).epoch, 1);
});
