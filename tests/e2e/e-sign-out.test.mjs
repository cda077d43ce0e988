// (e) Ended is final: what was signed out stays so, over restarts and on other devices.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEADERS } from './support/backend.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const validate = (person) => person.call('POST', '/api/validate-session', {});
const onLoginPage = (person) => until('the login page is open', () => new URL(person.page.url()).pathname === '/connect');

test('(e) signed out, then a restart: the old ticket is refused as revoked', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await alice.connect('/?interval=500');
  const stolen = await alice.cookies();
  assert.equal(stolen.length, 2, 'a session cookie and a ticket');

  await alice.page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await until('the session is signed out', () => alice.named('disconnected').some(({ reason }) => reason === 'signed-out'));
  await onLoginPage(alice);
  assert.deepEqual(await alice.cookies(), [], 'both cookies were removed');

  await backend.restart();
  for (const presented of [stolen, stolen.filter(({ name }) => name.startsWith('ticket-'))]) {
    await alice.context.addCookies(presented);
    const { status, body } = await validate(alice);
    assert.equal(status, 401);
    assert.equal(body.code, 'SESSION_REVOKED');
    await alice.context.clearCookies();
  }

  // The page draws the same conclusion.
  await alice.context.addCookies(stolen);
  await alice.page.goto(`${backend.origin}/?interval=500`);
  await until('the page knows it', () => alice.named('disconnected').some(({ reason }) => reason === 'session-revoked'));
  await onLoginPage(alice);
});

const signOut = (person) => person.page.getByRole('button', { name: 'Sign out', exact: true }).click();
const pending = (person) => person.page.evaluate(() => localStorage.getItem('session-keepalive:session:sign-out'));

test('(e) signed out while the backend cannot answer: nothing comes back, and a later page delivers the sign-out', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await alice.connect('/?interval=500&retryBase=100ms&retryCap=300ms');
  const stolen = await alice.cookies();
  await backend.fault({ kind: '503', retryAfter: 0 });
  await signOut(alice);
  await onLoginPage(alice);
  assert.equal(await pending(alice), 'here');
  assert.equal((await alice.cookies()).length, 2, 'only the backend could take the cookies away');

  // The application again, in a browser that still holds a good ticket.
  const checks = alice.asked('POST', '/api/validate-session').length;
  const logouts = alice.asked('POST', '/api/logout').length;
  await alice.page.goto(`${backend.origin}/?interval=500&retryBase=100ms&retryCap=300ms`);
  await until('it tries to deliver the sign-out, again and again', () => alice.asked('POST', '/api/logout').length >= logouts + 3);
  const { status, reason } = await alice.snapshot();
  assert.deepEqual({ status, reason }, { status: 'disconnected', reason: 'signed-out' });
  assert.equal(await alice.page.locator('#tables li').count(), 0, 'no tables on the screen');
  assert.equal(alice.asked('POST', '/api/validate-session').length, checks, 'nothing is asked that would bring the session back');

  await backend.fault(null);
  await onLoginPage(alice);
  assert.equal(await pending(alice), null);
  assert.deepEqual(await alice.cookies(), [], 'the sign-out is delivered');
  await backend.restart();
  await alice.context.addCookies(stolen);
  const { body } = await validate(alice);
  assert.equal(body.code, 'SESSION_REVOKED');
});

test('(e) signed in again before the sign-out was delivered: the new session is left alone, the old one is over', async (t) => {
  const { backend, person } = await world(t);
  const alice = await person();
  await alice.connect('/?interval=300&retryBase=100ms&retryCap=300ms');
  const stolen = await alice.cookies();
  await backend.fault({ kind: '503', retryAfter: 0 });
  await signOut(alice);
  await onLoginPage(alice);
  await backend.fault(null);
  assert.equal(await pending(alice), 'here');

  const logouts = alice.asked('POST', '/api/logout').length;
  await alice.connect('/?interval=300&retryBase=100ms&retryCap=300ms');
  assert.equal(await pending(alice), null);
  const checks = alice.named('checked').length;
  await until('it is checked on', () => alice.named('checked').length >= checks + 3);
  assert.equal((await alice.snapshot()).status, 'connected');
  assert.equal(alice.asked('POST', '/api/logout').length, logouts, 'the old sign-out is not delivered into the new session');

  await alice.page.goto('about:blank');
  await alice.context.clearCookies();
  const headers = { ...HEADERS, cookie: stolen.map(({ name, value }) => `${name}=${value}`).join('; ') };
  const refusal = await fetch(`${backend.own}/api/validate-session`, { method: 'POST', headers, body: '{}' });
  assert.deepEqual([refusal.status, (await refusal.json()).code], [401, 'SESSION_REVOKED']);
});

test('(e) signing out everywhere after a restart ends the ticket of another device', async (t) => {
  const { backend, person } = await world(t);
  const [phone, laptop] = [await person(), await person()];
  await phone.connect('/?interval=500');
  await laptop.connect('/?interval=500');
  assert.equal((await phone.snapshot()).subject, (await laptop.snapshot()).subject, 'both are the same person');
  assert.notEqual((await phone.cookie('ticket')).value, (await laptop.cookie('ticket')).value);
  // The phone is in a pocket: nothing but its ticket is left of its session once the backend restarts.
  await phone.page.goto('about:blank');

  await backend.restart();
  await until('the laptop is back', () => laptop.named('reconnected').length > 0);
  await laptop.page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await laptop.page.getByRole('button', { name: 'Yes, end all sessions' }).click();
  await until('the laptop is signed out', () => laptop.named('disconnected').some(({ reason }) => reason === 'signed-out'));
  await onLoginPage(laptop);

  const { name, value } = await phone.cookie('ticket');
  const init = { method: 'POST', headers: { ...HEADERS, cookie: `${name}=${value}` }, body: '{}' };
  const refusal = await fetch(`${backend.own}/api/validate-session`, init);
  assert.equal(refusal.status, 401);
  assert.equal((await refusal.json()).code, 'SESSION_REVOKED');

  // And for good: the next process knows it too.
  await backend.restart();
  await phone.page.goto(`${backend.origin}/?interval=500`);
  await until('the phone is told', () => phone.named('disconnected').some(({ reason }) => reason === 'session-revoked'));
  await onLoginPage(phone);
});
