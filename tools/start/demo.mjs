// How the reference server is started to be looked at.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { host } from './port.mjs';

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
    '--log', 'text',
  ];
}
