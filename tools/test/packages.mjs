// Installing a program from Debian's packages, where that is possible.
import { existsSync } from 'node:fs';
import { findProgram } from '../lib/find.mjs';
import { run } from '../lib/run.mjs';

const mayInstall = () => existsSync('/etc/debian_version') && process.getuid?.() === 0 && findProgram(['apt-get']) !== null;

/** Installs these packages if this is Debian and we are root; resolves to whether it tried. */
export async function installPackages(names) {
  if (!mayInstall()) return false;
  console.log(`installing ${names.join(' ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env });
  await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...names], { env });
  return true;
}
