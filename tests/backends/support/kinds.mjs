// The backends of the protocol guide, and the reference server as the measure of the suite itself: how each is started, how
// one signs in to it, and what it protects.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { inRoot, target } from '../../../tools/lib/paths.mjs';
import { ensurePackages } from '../../../tools/lib/npm.mjs';
import { ensurePython } from '../../../tools/test/python.mjs';

const folder = (name) => inRoot('examples', 'backends', name);
const exe = process.platform === 'win32' ? '.exe' : '';

const example = (program) => ({
  right: { name: 'alice', password: 'wonderland' },
  wrong: { name: 'alice', password: 'looking-glass' },
  secret: 'wonderland',
  /** What a refusal must not repeat. */
  unsaid: 'looking-glass',
  protected: '/api/me',
  /** A disk that fails is shown by a folder in the place of the file of what has ended. */
  endedFile: 'ended.jsonl',
  command: async ({ port, folder, key, idle, absolute }) => ({
    ...(await program()),
    env: {
      PORT: String(port), TICKET_KEY: key, ENDED_FILE: join(folder, 'ended.jsonl'),
      ...(idle && { IDLE: String(idle) }), ...(absolute && { ABSOLUTE: String(absolute) }),
    },
  }),
});

export const express = example(async () => {
  await ensurePackages(folder('express'));
  return { program: process.execPath, args: [join(folder('express'), 'server.mjs')] };
});

export const fastapi = example(async () => ({
  program: await ensurePython('fastapi', join(folder('fastapi'), 'requirements.txt')),
  args: ['-B', join(folder('fastapi'), 'server.py')],
}));

/** Built by `npm run build`'s server step with the other examples. */
export const axum = example(async () => ({ program: join(target, 'debug', 'examples', `axum_backend${exe}`), args: [] }));

export const reference = {
  right: { connectionString: 'sqlite:sample.db' },
  wrong: { connectionString: 'sqlite:missing.db' },
  secret: 'sample.db',
  protected: '/api/database',
  command: async ({ port, folder, idle, absolute }) => ({
    program: process.env.SESSION_KEEPALIVE_SERVER ?? join(target, 'debug', `session-keepalive-server${exe}`),
    args: [
      '--listen', `127.0.0.1:${port}`, '--store', 'memory:', '--demo', '--allow-target', 'sqlite:',
      '--files-root', join(folder, 'files'), '--ticket-keys', join(folder, 'ticket-keys'), '--revocations', `sqlite:${join(folder, 'revocations.db')}`,
      ...['heartbeat_counts=no', 'touch_every=0s', 'warn_before=1s', ...(idle ? [`idle=${Math.min(idle, absolute)}s`] : []), ...(absolute ? [`absolute=${absolute}s`] : [])]
        .flatMap((knob) => ['--set', knob]),
    ],
    env: {},
  }),
};

export const newKey = () => randomBytes(32).toString('hex');
