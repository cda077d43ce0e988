// schemathesis, which makes up requests from an OpenAPI file: from PyPI, in an environment of its own below target/.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../lib/failure.mjs';
import { findProgram } from '../lib/find.mjs';
import { inRoot, target } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { installPackages } from './packages.mjs';

const requirements = inRoot('tests', 'api', 'requirements.txt');
const environment = join(target, 'tools', 'schemathesis');
const scripts = join(environment, process.platform === 'win32' ? 'Scripts' : 'bin');
/** What was installed; written last, so that a half-made environment is made anew. */
const record = join(environment, 'installed.txt');

const python = () => findProgram(process.platform === 'win32' ? ['python', 'python3'] : ['python3']);
const makeEnvironment = (program) => run(program, ['-m', 'venv', '--clear', environment], { show: 'none', mayFail: true });

/** Resolves to the path of the program; it is installed where it is missing or another release. */
export async function ensureSchemathesis() {
  const program = join(scripts, 'schemathesis');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(record) && readFileSync(record, 'utf8') === wanted) return program;
  console.log('installing schemathesis');
  rmSync(environment, { recursive: true, force: true });
  let found = python();
  let made = found && (await makeEnvironment(found));
  // Debian has the module `venv` in a package of its own.
  if (!made?.ok && (await installPackages(['python3', 'python3-venv']))) {
    found = python();
    made = found && (await makeEnvironment(found));
  }
  if (!made?.ok) {
    throw new Failure(`no Python 3 with its module venv was found: install it (Debian: apt-get install python3 python3-venv, macOS: brew install python)${
      made ? `\n${made.stderr || made.stdout}` : ''}`);
  }
  await run(join(scripts, 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]);
  writeFileSync(record, wanted);
  return program;
}
