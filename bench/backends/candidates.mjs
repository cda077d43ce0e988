// The servers that are measured. `compare` names another candidate: its counterpart on the same store.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inRoot, target } from '../../tools/lib/paths.mjs';

const express = fileURLToPath(new URL('express.mjs', import.meta.url));
const own = join(target, 'release', 'session-keepalive-server');
const bare = join(target, 'release', 'examples', 'bare_route');

/** What the reference server is started with; `files` holds the sample database. */
const serve = (store, ...more) => ({ files }) => [own, [
  '--listen', '127.0.0.1:0', '--log', 'json', '--allow-target', 'sqlite:', '--files-root', files,
  '--ticket-keys', join(files, '..', 'ticket-keys'), '--store', store, ...more,
]];
const each = ['--set', 'touch_every=0'];
const node = (...args) => () => [process.execPath, [express, ...args]];
const memory = ['--revocations', 'none'];

/** @param {{redis: string, postgres: string, folder: string}} stores their addresses, and a folder for files */
export const candidates = ({ redis, postgres, folder }) => [
  { key: 'bare', name: 'bare axum route', command: () => [bare, []], sessions: false },
  { key: 'memory', name: 'memory', command: serve('memory:', ...memory), compare: 'express-memory', wanted: { bare: 0.85, express: 8 } },
  { key: 'express-memory', name: 'Express, memory', command: node('memory') },
  { key: 'sqlite', name: 'SQLite', command: serve(`sqlite:${join(folder, 'sessions.db')}`) },
  { key: 'sqlite-each', name: 'SQLite, each use written', command: serve(`sqlite:${join(folder, 'each.db')}`, ...each) },
  { key: 'postgres', name: 'PostgreSQL', command: serve(postgres), compare: 'express-postgres', limit: 'postgres', wanted: { express: 8 } },
  { key: 'postgres-each', name: 'PostgreSQL, each use written', command: serve(postgres, ...each), compare: 'express-postgres', limit: 'postgres' },
  { key: 'express-postgres', name: 'Express, connect-pg-simple', command: node('postgres', postgres), limit: 'postgres' },
  { key: 'redis', name: 'Redis', command: serve(redis), compare: 'express-redis', limit: 'redis', wanted: { express: 8 } },
  { key: 'redis-each', name: 'Redis, each use written', command: serve(redis, ...each), compare: 'express-redis', limit: 'redis' },
  { key: 'express-redis', name: 'Express, connect-redis', command: node('redis', redis), limit: 'redis' },
];

export const built = { own, bare, build: ['build', '--release', '-p', 'session-keepalive-server', '--bin', 'session-keepalive-server', '--example', 'bare_route'] };
export const root = inRoot();
