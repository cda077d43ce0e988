// The server program of Redis or Valkey, which the tests run throwaway servers with.
import { ensureProgram } from './program.mjs';

/** Resolves to the server program, installed if need be. */
export const ensureRedis = () =>
  ensureProgram({ what: 'Redis server', names: ['redis-server', 'valkey-server'], debian: 'redis-server', macOS: 'redis', variable: 'REDIS_SERVER' });
