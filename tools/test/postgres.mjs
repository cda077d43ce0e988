// The server programs of PostgreSQL, which the tests run a throwaway cluster with.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../lib/failure.mjs';
import { findProgram, isProgram } from '../lib/find.mjs';
import { installPackages } from './packages.mjs';

// Where packages put one folder per version.
const versioned = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt', '/Library/PostgreSQL'];

const complete = (folder) => ['initdb', 'postgres'].every((name) => isProgram(join(folder, name)) || isProgram(join(folder, `${name}.exe`)));

function find() {
  const named = process.env.POSTGRES_BIN;
  if (named) {
    if (!complete(named)) throw new Failure(`POSTGRES_BIN is '${named}', which does not hold initdb and postgres`);
    return named;
  }
  const onPath = findProgram(['postgres']);
  const folders = versioned.filter((parent) => existsSync(parent)).flatMap((parent) =>
    readdirSync(parent)
      .filter((name) => /^(postgresql@)?\d+$/.test(name))
      .sort((a, b) => parseInt(b.replace(/\D/g, ''), 10) - parseInt(a.replace(/\D/g, ''), 10))
      .map((name) => join(parent, name, 'bin')));
  return [...(onPath ? [dirname(onPath)] : []), ...folders, '/usr/pgsql/bin'].find(complete) ?? null;
}

/** Resolves to the folder of initdb and postgres, installed if need be. */
export async function ensurePostgres() {
  const folder = find() ?? ((await installPackages(['postgresql'])) ? find() : null);
  if (!folder) {
    throw new Failure('no PostgreSQL server was found: install it (Debian: apt-get install postgresql, macOS: brew install postgresql), '
      + 'or name the folder of initdb and postgres in POSTGRES_BIN');
  }
  return folder;
}
