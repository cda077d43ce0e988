// The steps that make dist/, for the scripts that need it.
import { buildBindgen, bindAndOptimise, compile } from './wasm.mjs';
import { bundle } from './bundle.mjs';

const unlessUnchanged = async (step) => {
  if (!(await step())) console.log('unchanged');
};

export async function buildModule(stages) {
  await stages.run('wasm-bindgen', buildBindgen);
  await stages.run('compile the module', compile);
  await stages.run('bind and optimise', () => unlessUnchanged(bindAndOptimise));
  await stages.run('bundle dist/', () => unlessUnchanged(bundle));
}
