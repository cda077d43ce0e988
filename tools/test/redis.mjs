// The server program of Redis or Valkey, which the tests run throwaway servers with.
import { Failure } from '../lib/failure.mjs';
import { findProgram, isProgram } from '../lib/find.mjs';
import { installPackages } from './packages.mjs';

const find = () => findProgram(['redis-server', 'valkey-server']);

/** Resolves to the server program, installed if need be. */
export async function ensureRedis() {
  const named = process.env.REDIS_SERVER;
  if (named && !isProgram(named)) throw new Failure(`REDIS_SERVER is '${named}', which is no program`);
  const program = named || find() || ((await installPackages(['redis-server'])) ? find() : null);
  if (!program) {
    throw new Failure('no Redis server was found: install it (Debian: apt-get install redis-server, macOS: brew install redis), '
      + 'or name redis-server or valkey-server in REDIS_SERVER');
  }
  return program;
}
