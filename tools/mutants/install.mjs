// cargo-mutants, in the release that the results were made with.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, target } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { cargoEnvironment } from '../lib/toolchain.mjs';

export const version = '27.1.0';

/** The path of the program; it is built where it is missing or another release. */
export async function ensureCargoMutants() {
  const tools = join(target, 'tools');
  const record = join(tools, '.crates.toml'); // cargo's own, of what it installed there
  if (!existsSync(record) || !readFileSync(record, 'utf8').includes(`"cargo-mutants ${version} `)) {
    console.log(`installing cargo-mutants ${version}`);
    await run('cargo', ['install', 'cargo-mutants', '--version', version, '--locked', '--root', tools], { cwd: root, env: cargoEnvironment() });
  }
  return join(tools, 'bin', process.platform === 'win32' ? 'cargo-mutants.exe' : 'cargo-mutants');
}
