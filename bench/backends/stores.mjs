// The stores that sessions are kept in, real ones, and how fast they are without a server in front.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '../../tests/e2e/support/postgres.mjs';
import { end as endTest, start as startTest } from '../../tests/e2e/support/children.mjs';
import { freePort } from '../../tests/e2e/support/ports.mjs';
import { until } from '../../tests/e2e/support/until.mjs';
import { Failure } from '../../tools/lib/failure.mjs';
import { findProgram } from '../../tools/lib/find.mjs';
import { run } from '../../tools/lib/run.mjs';
import { ensurePostgres } from '../../tools/test/postgres.mjs';
import { ensureRedis } from '../../tools/test/redis.mjs';
import { connections } from './load.mjs';
import { forServer, forTheRest, moveToTheRest } from './processors.mjs';

const user = 'sessions';
const password = 'only-for-measuring';

/** Starts both. `limit(key)` resolves to how many reads by key a second a store answers, asked by its own tool. */
export async function startStores(folder) {
  const [bin, redisServer] = [await ensurePostgres(), await ensureRedis()];
  const postgres = await startPostgres({ user, password });
  await moveToTheRest(postgres.pid);
  const redis = await startRedis(redisServer, folder);
  return {
    postgres: `postgres://${user}:${password}@127.0.0.1:${postgres.port}/postgres`,
    redis: `redis://127.0.0.1:${redis.port}`,
    limits: {
      postgres: (seconds) => askPostgres({ bin, port: postgres.port, folder, seconds }),
      redis: () => askRedis(redis.port),
    },
    close: () => Promise.all([postgres.remove(), redis.remove()]),
  };
}

async function startRedis(program, folder) {
  const port = await freePort();
  const server = startTest(...forTheRest(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]));
  await until('Redis accepts connections', () => {
    if (server.child.exitCode !== null) throw new Failure(`redis-server ended at its start:\n${server.output}`);
    return server.output.includes('Ready to accept connections');
  });
  return { port, remove: () => endTest(server, 'SIGTERM') };
}

/** Reads of one row by its key. */
async function askPostgres({ bin, port, folder, seconds }) {
  const script = join(folder, 'read.sql');
  writeFileSync(script, '\\set id random(1, 100000)\nSELECT abalance FROM pgbench_accounts WHERE aid = :id;\n');
  const env = { PGPASSWORD: password };
  const where = ['-h', '127.0.0.1', '-p', String(port), '-U', user];
  const beside = join(bin, 'pgbench');
  const program = existsSync(beside) ? beside : findProgram(['pgbench']);
  if (!program) throw new Failure('pgbench was not found: it comes with PostgreSQL (Debian: apt-get install postgresql-contrib)');
  const ask = (args) => run(...forServer(program, [...where, ...args, 'postgres']), { show: 'none', env });
  await ask(['-i', '-q', '-s', '1']);
  const { stdout } = await ask(['-n', '-M', 'prepared', '-c', String(connections), '-j', '1', '-T', String(seconds), '-f', script]);
  return Number(/tps = ([\d.]+)/.exec(stdout)[1]);
}

/** Reads of one value by its key. */
async function askRedis(port) {
  const program = findProgram(['redis-benchmark', 'valkey-benchmark']);
  if (!program) throw new Failure('redis-benchmark was not found: it comes with redis-tools (Debian: apt-get install redis-tools)');
  const args = ['-p', String(port), '-c', String(connections), '-n', '200000', '-t', 'get', '--csv'];
  const { stdout } = await run(...forServer(program, args), { show: 'none' });
  return Number(/"GET","([\d.]+)"/.exec(stdout)[1]);
}
