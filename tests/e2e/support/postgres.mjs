// A real PostgreSQL on a free port with its data in a temporary folder, for a target that asks for a password.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePostgres } from '../../../tools/test/postgres.mjs';
import { end, start } from './children.mjs';
import { removeFolder, temporaryFolder } from './folder.mjs';
import { freePort } from './ports.mjs';
import { until } from './until.mjs';

/** PostgreSQL refuses to run as root, so root runs it as the user that came with it. */
function someoneElse() {
  if (process.getuid() !== 0) return {};
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/**
 * @param {{user: string, password: string}} superuser
 * @returns {Promise<{port: number, pid: number, remove: () => Promise<void>}>}
 */
export async function startPostgres({ user, password }) {
  const bin = process.env.POSTGRES_BIN ?? (await ensurePostgres());
  const as = someoneElse();
  const folder = temporaryFolder('postgres');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password);
  if (as.uid !== undefined) for (const path of [folder, passwordFile]) chownSync(path, as.uid, as.gid);

  const data = join(folder, 'data');
  const init = start(join(bin, 'initdb'), [
    '--pgdata', data, '--username', user, '--pwfile', passwordFile, '--auth', 'scram-sha-256', '--no-sync', '--encoding', 'UTF8',
  ], { ...as, cwd: folder });
  await init.exited;
  assert.equal(init.child.exitCode, 0, `initdb failed:\n${init.output}`);

  const port = await freePort();
  const server = start(join(bin, 'postgres'), [
    '-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off',
  ], { ...as, cwd: folder });
  await until('PostgreSQL accepts connections', () => {
    assert.equal(server.child.exitCode, null, `postgres ended at its start:\n${server.output}`);
    return server.output.includes('ready to accept connections');
  }, { within: 20_000 });
  return {
    port,
    pid: server.child.pid,
    remove: async () => {
      // SIGINT is its fast shutdown: sessions are cut off, shared memory is given back.
      await end(server, 'SIGINT');
      removeFolder(folder);
    },
  };
}
