// The example from Rust to a server and what a page loads: cargo for both, then wasm-bindgen, in the version of the workspace.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBindgen } from '../../tools/build/wasm.mjs';
import { nativeBinary, target } from '../../tools/lib/paths.mjs';
import { run } from '../../tools/lib/run.mjs';
import { cargoEnvironment, ensureCrates, wasmEnvironment, wasmTarget } from '../../tools/lib/toolchain.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const name = 'session-keepalive-leptos';
const site = join(folder, 'site');
const generated = join(target, 'leptos');

/** The server that renders the page and passes `/api` on. @param {{ listen: string, backend: string }} addresses as `host:port` */
export const command = ({ listen, backend }) => ({ program: nativeBinary(name), args: [listen, backend, site, generated] });

export async function buildLeptos() {
  await ensureCrates({ folder });
  await buildBindgen();
  const cargo = (args, env) =>
    run('cargo', ['build', '--locked', '--offline', ...args], { cwd: folder, env: { ...cargoEnvironment(), ...env } });
  await cargo(['--lib', '--features', 'hydrate', '--target', wasmTarget], wasmEnvironment());
  const compiled = join(target, wasmTarget, 'debug', `${name.replaceAll('-', '_')}.wasm`);
  await run(nativeBinary('wasm-bindgen'), ['--target', 'web', '--no-typescript', '--out-name', name, '--out-dir', generated, compiled]);
  await cargo(['--bin', name, '--features', 'ssr']);
}
