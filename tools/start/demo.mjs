// How the reference server is started to be looked at.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { host } from './port.mjs';

/**
 * Half an hour without the person ends a session, and an open page alone is none: so a countdown can be seen, and staying signed in
 * helps.
 */
const policy = ['idle=30m', 'touch_every=1m', 'heartbeat_counts=no'];

/**
 * What the server is told. Nothing outside `state` is written.
 * @param {{ port: number, state: string, sites?: string[], publicOrigin?: string }} given `publicOrigin`: where browsers find it,
 *   if not at `port`
 */
export function demoArguments({ port, state, sites = [], publicOrigin }) {
  const files = join(state, 'files');
  mkdirSync(files, { recursive: true });
  return [
    '--listen', `${host}:${port}`,
    ...(publicOrigin ? ['--public-origin', publicOrigin] : []),
    '--demo',
    '--store', 'memory:',
    ...sites.flatMap((site) => ['--site', site]),
    '--files-root', files,
    '--allow-target', 'sqlite:',
    '--ticket-keys', join(state, 'ticket-keys'),
    '--revocations', `sqlite:${join(state, 'revocations.db')}`,
    ...policy.flatMap((knob) => ['--set', knob]),
    '--log', 'text',
  ];
}
