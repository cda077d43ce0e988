// What every script needs before it can begin: Rust, the Wasm target, the locked crates and the npm packages.
// Each is looked for first; only what is missing is fetched, so a second run needs no network.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Failure } from './failure.mjs';
import { findProgram } from './find.mjs';
import { ensurePackages } from './npm.mjs';
import { inRoot, root, target } from './paths.mjs';
import { run } from './run.mjs';

const oldestNode = 20;
export const wasmTarget = 'wasm32-unknown-unknown';

export function checkNode() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < oldestNode) {
    throw new Failure(`Node ${process.versions.node} is too old: install Node ${oldestNode} or newer from https://nodejs.org`);
  }
}

/** Finds cargo, also where rustup puts it before the person's shell knows about it, and a linker. */
export function checkRust() {
  const cargoBin = join(cargoHome(), 'bin');
  if (!findProgram(['cargo'])) {
    if (!findProgram(['cargo'], [cargoBin])) {
      throw new Failure('cargo was not found: install Rust with rustup from https://rustup.rs, then run this again');
    }
    process.env.PATH = `${cargoBin}${delimiter}${process.env.PATH ?? ''}`;
  }
  if (process.platform !== 'win32' && !findProgram(['cc', 'gcc', 'clang'])) {
    const how = process.platform === 'darwin' ? 'xcode-select --install' : 'apt-get install build-essential';
    throw new Failure(`Rust needs a C compiler to link with, and none was found: ${how}`);
  }
}

/** The pinned toolchain with these parts. rustup is asked only if something is missing. */
export async function ensureToolchain({ components = [] } = {}) {
  const { channel } = pinnedToolchain();
  // rustup may install the toolchain at this call; then it should be seen doing so.
  const rustc = await run('rustc', ['--print', 'sysroot'], { show: 'errors', mayFail: true, cwd: root });
  const sysroot = rustc.stdout.trim();
  const missing = [];
  if (!rustc.ok || !existsSync(join(sysroot, 'lib', 'rustlib', wasmTarget))) missing.push(wasmTarget);
  for (const component of components) {
    const program = `cargo-${component === 'rustfmt' ? 'fmt' : component}`;
    if (!rustc.ok || !findProgram([program], [join(sysroot, 'bin')])) missing.push(component);
  }
  if (missing.length === 0) return;
  if (!findProgram(['rustup'])) {
    throw new Failure(
      `this Rust lacks ${missing.join(', ')}, and rustup, which could add it, was not found: install it from https://rustup.rs`,
    );
  }
  console.log(`installing Rust ${channel}: ${missing.join(', ')}`);
  const parts = components.flatMap((component) => ['--component', component]);
  await run('rustup', ['toolchain', 'install', channel, '--profile', 'minimal', '--target', wasmTarget, ...parts], { cwd: root });
}

/** The exact release that rust-toolchain.toml asks for. */
function pinnedToolchain() {
  const channel = /^channel\s*=\s*"([^"]+)"/m.exec(readFileSync(inRoot('rust-toolchain.toml'), 'utf8'))?.[1];
  if (!channel) throw new Failure('rust-toolchain.toml names no channel');
  return { channel };
}

/** Runs cargo on what is already here: nothing in the lock file changes and nothing is downloaded. */
export function cargo(args, { env, ...options } = {}) {
  const [command, ...rest] = args;
  return run('cargo', [command, '--locked', '--offline', ...rest], { cwd: root, env: { ...cargoEnvironment(), ...env }, ...options });
}

export const cargoEnvironment = () => ({
  CARGO_TARGET_DIR: target,
  // Cargo would say at every build that a dependency of a tool should change before some later Rust.
  CARGO_FUTURE_INCOMPAT_REPORT_FREQUENCY: 'never',
  // A pipe between us and cargo should not cost the person the colours.
  ...(process.stdout.isTTY && { CARGO_TERM_COLOR: 'always' }),
});

const cargoHome = () => process.env.CARGO_HOME ?? join(homedir(), '.cargo');

/**
 * For every cargo that compiles the browser module, so that the build and its tests share what they compile: no path of this
 * machine ends up in what is published.
 */
export const wasmEnvironment = () => ({
  CARGO_ENCODED_RUSTFLAGS: [
    `--remap-path-prefix=${cargoHome()}=cargo`,
    `--remap-path-prefix=${root}=.`,
    // See `[profile.wasm]` in Cargo.toml.
    '-Cllvm-args=-inline-threshold=25',
  ].join('\x1f'),
});

/**
 * Downloads the crates of the Cargo.lock in `folder` that this machine lacks. `everyPlatform` adds those of other systems, without
 * which `cargo metadata` (and so wasm-pack) goes to the network.
 */
export async function ensureCrates({ everyPlatform = false, folder = root } = {}) {
  const platforms = everyPlatform ? [] : ['--target', 'host-tuple', '--target', wasmTarget];
  const fetch = ['fetch', '--locked', ...platforms];
  const here = await run('cargo', [...fetch, '--offline'], { show: 'none', mayFail: true, cwd: folder });
  if (!here.ok) await run('cargo', fetch, { cwd: folder });
}

/** Installs the development tools of package-lock.json, unless node_modules already holds exactly them. */
export const ensureNodePackages = () => ensurePackages(root, { facts: [process.platform, process.arch], show: 'all' });
