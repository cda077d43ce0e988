// Programs from crates.io, each in the release that is wanted, below target/.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, target } from './paths.mjs';
import { run } from './run.mjs';
import { cargoEnvironment } from './toolchain.mjs';

const tools = join(target, 'tools');

/** The path of the crate's program; it is compiled where it is missing or another release. */
export async function ensureCrateProgram(name, version) {
  const record = join(tools, '.crates.toml'); // cargo's own, of what it installed there
  if (!existsSync(record) || !readFileSync(record, 'utf8').includes(`"${name} ${version} `)) {
    console.log(`installing ${name} ${version}`);
    await run('cargo', ['install', name, '--version', version, '--locked', '--root', tools], { cwd: root, env: cargoEnvironment() });
  }
  return join(tools, 'bin', name + (process.platform === 'win32' ? '.exe' : ''));
}
