// Programs in Python, with packages from PyPI, each in an environment of its own below target/.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../lib/failure.mjs';
import { findProgram } from '../lib/find.mjs';
import { target } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { installPackages } from './packages.mjs';

const windows = process.platform === 'win32';
const python = () => findProgram(windows ? ['python', 'python3'] : ['python3']);

/**
 * Resolves to the path of `program` in the environment `name`; that is made anew where it is missing or holds something
 * other than the file `requirements` says.
 */
export async function ensurePython(name, requirements, program = 'python') {
  const environment = join(target, 'tools', name);
  const scripts = join(environment, windows ? 'Scripts' : 'bin');
  // What was installed; written last, so that a half-made environment is made anew.
  const record = join(environment, 'installed.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(record) && readFileSync(record, 'utf8') === wanted) return join(scripts, program);
  console.log(`installing ${name}`);
  rmSync(environment, { recursive: true, force: true });
  await makeEnvironment(environment);
  await run(join(scripts, 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]);
  writeFileSync(record, wanted);
  return join(scripts, program);
}

async function makeEnvironment(environment) {
  const make = (found) => found && run(found, ['-m', 'venv', '--clear', environment], { show: 'none', mayFail: true });
  let made = await make(python());
  // Debian has the module `venv` in a package of its own.
  if (!made?.ok && (await installPackages(['python3', 'python3-venv']))) made = await make(python());
  if (made?.ok) return;
  throw new Failure(`no Python 3 with its module venv was found: install it (Debian: apt-get install python3 python3-venv, macOS: brew install python)${
    made ? `\n${made.stderr || made.stdout}` : ''}`);
}
