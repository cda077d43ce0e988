// The example from Rust to what a page loads: cargo, then wasm-bindgen, in the version of the workspace.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBindgen } from '../../tools/build/wasm.mjs';
import { nativeBinary, target } from '../../tools/lib/paths.mjs';
import { run } from '../../tools/lib/run.mjs';
import { cargoEnvironment, ensureCrates, wasmEnvironment, wasmTarget } from '../../tools/lib/toolchain.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const name = 'session-keepalive-yew';
const generated = join(target, 'yew');

/** For the server's `--site`: the page, and what it loads besides. */
export const site = join(folder, 'site');
export const mounts = [`/pkg=${generated}`];

export async function buildYew() {
  await ensureCrates({ folder });
  await buildBindgen();
  const env = { ...cargoEnvironment(), ...wasmEnvironment() };
  await run('cargo', ['build', '--locked', '--offline', '--target', wasmTarget], { cwd: folder, env });
  const compiled = join(target, wasmTarget, 'debug', `${name}.wasm`);
  await run(nativeBinary('wasm-bindgen'), ['--target', 'web', '--no-typescript', '--out-dir', generated, compiled]);
}
