// Rust to WebAssembly: cargo, wasm-bindgen, wasm-opt.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inRoot, nativeBinary, root, target } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { hashOf, whenChanged } from '../lib/stamp.mjs';
import { cargo, wasmEnvironment, wasmTarget } from '../lib/toolchain.mjs';
import { asFactory, withoutFinalisers } from './glue.mjs';
import { renameGlue, shortenNames } from './names.mjs';

const profile = 'wasm'; // of Cargo.toml
const glueFolder = join(target, 'wasm-bindgen');
const generated = join(glueFolder, 'generated'); // as wasm-bindgen wrote it
const trapped = join(generated, 'session_keepalive.wasm');
export const compiled = join(target, wasmTarget, profile, 'session_keepalive.wasm');

/** What wasm-bindgen and wasm-opt make of the module. */
export const glue = {
  script: join(glueFolder, 'session_keepalive.js'),
  wasm: join(glueFolder, 'session_keepalive_bg.wasm'),
};

/** The optimised module with the names of its functions: the published one otherwise. Written by `bindAndOptimiseNamed`. */
export const named = join(glueFolder, 'named', basename(glue.wasm));

// The features that this rustc gives wasm32-unknown-unknown by default (`rustc --print cfg --target wasm32-unknown-unknown`).
// The module may use no others: `--all-features` would let wasm-opt emit what browsers can't run.
const features = [
  'bulk-memory',
  'bulk-memory-opt',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
].map((feature) => `--enable-${feature}`);

// Brotli 11 of the same module: -Oz 14,818 bytes; -Oz twice 14,701 (a third time and --converge find nothing more);
// --low-memory-unused, which is so because the stack lies lowest and ends above the first KiB, 14,559; all of this 14,486.
const optimise = ['--flatten', '--rereloop', '-Oz', '-Oz', '--low-memory-unused', shortenNames, '--strip-target-features', ...features];

export const compile = () =>
  cargo(['build', '--profile', profile, '--target', wasmTarget, '-p', 'session-keepalive', '--lib'], { env: wasmEnvironment() });

/** The wasm-bindgen CLI, in the version of Cargo.lock, and the tool that traps panics. */
export const buildBindgen = () => cargo(['build', '-p', 'wasm-bindgen-runner', '--bin', 'wasm-bindgen', '--bin', 'trap-panics']);

const bindgenArgs = ['--target', 'web', '--omit-default-module-path', '--no-typescript', '--remove-producers-section'];
const withoutNames = { bindgen: ['--remove-name-section'], wasmOpt: [] };
const withNames = { bindgen: [], wasmOpt: ['-g'] };

/** Runs `work` unless neither the compiled module nor a tool has changed since it wrote `outputs`. */
function unlessUnchanged(stampFile, outputs, names, work) {
  // The lock files stand for the tools: hashing the wasm-bindgen binary itself would take longer than all else here.
  const inputs = [compiled, inRoot('Cargo.lock'), inRoot('package-lock.json'), inRoot('tools', 'build'), inRoot('tools', 'wasm-bindgen', 'src')];
  const key = hashOf(root, inputs, [...bindgenArgs, ...names.bindgen, ...optimise, ...names.wasmOpt]);
  return whenChanged({ base: root, stampFile: join(glueFolder, stampFile), key, outputs }, work);
}

/** Writes wasm-bindgen's files to `folder` and the optimised module to `output`; resolves to what wasm-opt printed. */
async function optimised(folder, output, names) {
  for (const path of [generated, folder, dirname(output)]) mkdirSync(path, { recursive: true });
  await run(nativeBinary('trap-panics'), [compiled, trapped]);
  await run(nativeBinary('wasm-bindgen'), [...bindgenArgs, ...names.bindgen, '--out-dir', folder, trapped]);
  const bound = join(folder, basename(glue.wasm));
  const wasmOpt = inRoot('node_modules', 'binaryen', 'bin', 'wasm-opt');
  const { stdout } = await run(process.execPath, [wasmOpt, ...optimise, ...names.wasmOpt, bound, '-o', output], { show: 'none' });
  console.log(`wasm-opt: ${statSync(bound).size} → ${statSync(output).size} bytes`);
  return stdout;
}

/** Writes the glue and the optimised module; skipped while nothing has changed. */
export const bindAndOptimise = () =>
  unlessUnchanged('stamp', Object.values(glue), withoutNames, async () => {
    const renamed = await optimised(generated, glue.wasm, withoutNames);
    const script = readFileSync(join(generated, basename(glue.script)), 'utf8');
    writeFileSync(glue.script, asFactory(renameGlue(withoutFinalisers(script), renamed)));
  });

/** Writes `named`, from a module that has been compiled already; skipped while nothing has changed. */
export const bindAndOptimiseNamed = () =>
  unlessUnchanged('stamp-named', [named], withNames, () => optimised(join(glueFolder, 'generated-named'), named, withNames));
