// HAProxy, which the tests put in front of several instances of the server.
import { ensureProgram } from './program.mjs';

// Debian keeps it where only root's search path leads.
const places = ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy'];

/** Resolves to the program, installed if need be. */
export const ensureHaproxy = () =>
  ensureProgram({ what: 'HAProxy', names: ['haproxy'], places, debian: 'haproxy', macOS: 'haproxy', variable: 'HAPROXY' });
