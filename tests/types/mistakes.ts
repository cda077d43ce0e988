// What an application's compiler must refuse. Each line has exactly one mistake.
import axios from 'axios';
import { createElement } from 'react';
import { createKeepAlive, init } from 'session-keepalive';
import type { KeepAlive, Snapshot, Verdict } from 'session-keepalive';
import { attach } from 'session-keepalive/axios';
import { SessionKeepAlive, SessionProvider, useExpiring, useSession } from 'session-keepalive/react';
import { sessionKeepAlive, sessionStore } from 'session-keepalive/svelte';
import { createTestWorld } from 'session-keepalive/testing';

// --- options ---

// @ts-expect-error unknown option
createKeepAlive({ intervall: '5m' });
// @ts-expect-error unknown option inside a group
createKeepAlive({ timeout: { valdate: '5s' } });
// @ts-expect-error units are small letters
createKeepAlive({ interval: '5M' });
// @ts-expect-error no such unit
createKeepAlive({ interval: '5x' });
// @ts-expect-error no unit
createKeepAlive({ interval: '5' });
// @ts-expect-error null is not "the default"
createKeepAlive({ interval: null });
// @ts-expect-error a check cannot be switched off
createKeepAlive({ validate: false });
// @ts-expect-error a URL object
createKeepAlive({ validate: new URL('https://app.example') });
// @ts-expect-error no such verdict
createKeepAlive({ validate: async () => ({ kind: 'fine' }) });
// @ts-expect-error no verdict at all
createKeepAlive({ validate: async () => true });
// @ts-expect-error an ended session has a reason
createKeepAlive({ classify: () => ({ kind: 'ended' }) });
// @ts-expect-error no such reason
createKeepAlive({ classify: () => ({ kind: 'ended', reason: 'because' }) });
// @ts-expect-error never
createKeepAlive({ credential: 'localStorage' });
// @ts-expect-error clear() is missing
createKeepAlive({ credential: { load: async () => null, save: async () => {} } });
// @ts-expect-error no unit
createKeepAlive({ idle: '5' });
// @ts-expect-error no such level
createKeepAlive({ debug: 'verbose' });
// @ts-expect-error true is no length of time
createKeepAlive({ idle: true });
// @ts-expect-error a name is no switch
createKeepAlive({ crossTab: 'session' });
// @ts-expect-error headers are strings
createKeepAlive({ headers: { a: 1 } });
// @ts-expect-error true is not a place to go to
createKeepAlive({ login: true });
// @ts-expect-error a controller is not its signal
createKeepAlive({ signal: new AbortController() });
// @ts-expect-error the context of validate has no credential
createKeepAlive({ validate: async ({ credential }) => (credential ? { kind: 'valid' } : { kind: 'lost' }) });
// @ts-expect-error a URL is not an object with a module
void init('/module.wasm');

// --- one session ---

declare const session: KeepAlive;
declare const snapshot: Snapshot;

// @ts-expect-error no such event
session.on('conected', () => {});
// @ts-expect-error that payload belongs to another event
session.on('expiring', ({ attempt }) => attempt);
// @ts-expect-error subscribe() gives nothing
session.subscribe((given: Snapshot) => given);
// @ts-expect-error a snapshot is read-only
snapshot.status = 'connected';
// @ts-expect-error what is in there has to be looked at first
snapshot.data.theme;
// @ts-expect-error there may be no error
snapshot.error.code;
// @ts-expect-error ready is read-only
session.ready = Promise.resolve();
// @ts-expect-error the option has a name
void session.signOut(true);
// @ts-expect-error there is no such status
export const status: Snapshot['status'] = 'expired';
// @ts-expect-error a transient verdict has a reason
export const verdict: Verdict = { kind: 'transient' };

// --- the type of `data` ---

interface User { name: string; theme: 'dark' | 'light' }
declare const typed: KeepAlive<User>;
declare const untyped: KeepAlive;

// @ts-expect-error there may be no data
typed.getSnapshot().data.name;
// @ts-expect-error no such field of the user
typed.getSnapshot().data?.email;
// @ts-expect-error no such field of the user
typed.on('change', ({ data }) => data?.email);
// @ts-expect-error no such field of the user
typed.on('connected', ({ data }) => data?.email);
// @ts-expect-error no such field of the user
typed.check().then(({ data }) => data?.email);
// @ts-expect-error that is not the user's type
createKeepAlive<User>({ validate: async () => ({ kind: 'valid', data: { name: 'Alice' } }) });
// @ts-expect-error that is not the user's type
createKeepAlive<User>({ reconnect: async () => ({ kind: 'valid', data: 'Alice' }) });
// @ts-expect-error that is not the user's type
createKeepAlive<User>({ classify: () => ({ kind: 'valid', data: { name: 'Alice', theme: 'blue' } }) });
// @ts-expect-error that is not the user's type
export const userVerdict: Verdict<User> = { kind: 'valid', data: {} };
// @ts-expect-error its data may be anything
export const trusting: KeepAlive<User> = untyped;
// @ts-expect-error its data may be anything
export const trustingSnapshot: Snapshot<User> = untyped.getSnapshot();
// @ts-expect-error data is read-only
typed.getSnapshot().data = null;

// --- adapters ---

// @ts-expect-error unknown option
createElement(SessionKeepAlive, { intervall: '5m' });
// @ts-expect-error a session that exists is for the provider
createElement(SessionKeepAlive, { session });
// @ts-expect-error there is no session
createElement(SessionProvider, {});
// @ts-expect-error useSession() has not everything
useSession().dispose();
// @ts-expect-error what it gives cannot be written
useSession().status = 'connected';
// @ts-expect-error no such field of the user
useSession<User>().data?.email;
// @ts-expect-error nobody has said what it is
useSession().data?.name;
// @ts-expect-error that is not the user's type
SessionKeepAlive<User>({ validate: async () => ({ kind: 'valid', data: 'Alice' }) });
// @ts-expect-error no such field of the user
sessionStore(typed).subscribe(({ data }) => data?.email);
// @ts-expect-error that is not the user's type
sessionKeepAlive<User>({ validate: async () => ({ kind: 'valid', data: 'Alice' }) });
// @ts-expect-error it may be null
useExpiring().toFixed();
// @ts-expect-error options are for sessionKeepAlive()
sessionStore({ interval: '5m' });
// @ts-expect-error the session is missing
attach(axios);

// --- the testing kit ---

const world = createTestWorld();
// @ts-expect-error no such limit
createTestWorld({ limits: { idel: '5m' } });
// @ts-expect-error null is no module
createTestWorld({ module: null });
// @ts-expect-error no unit
void world.advance('5');
// @ts-expect-error unknown option
world.createKeepAlive({ intervall: '5m' });
// @ts-expect-error that is not the user's type
world.createKeepAlive<User>({ validate: async () => ({ kind: 'valid', data: 'Alice' }) });
// @ts-expect-error no such field of the user
world.openTab().createKeepAlive<User>().getSnapshot().data?.email;
// @ts-expect-error no such trouble
world.simulate.crash();
// @ts-expect-error requests are what was asked, and stay so
world.requests.push(world.requests[0]);
