// HAProxy, which the tests put in front of several instances of the server.
import { Failure } from '../lib/failure.mjs';
import { findProgram, isProgram } from '../lib/find.mjs';
import { installPackages } from './packages.mjs';

// Debian keeps it where only root's search path leads.
const find = () => findProgram(['haproxy']) ?? ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy'].find(isProgram) ?? null;

/** Resolves to the program, installed if need be. */
export async function ensureHaproxy() {
  const named = process.env.HAPROXY;
  if (named && !isProgram(named)) throw new Failure(`HAPROXY is '${named}', which is no program`);
  const program = named || find() || ((await installPackages(['haproxy'])) ? find() : null);
  if (!program) {
    throw new Failure('no HAProxy was found: install it (Debian: apt-get install haproxy, macOS: brew install haproxy), '
      + 'or name the program in HAPROXY');
  }
  return program;
}
