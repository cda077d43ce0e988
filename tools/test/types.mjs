// The published declarations, as an app's compiler sees them: strict, and without skipping their own check.
import { inRoot, root } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { testFiles } from './files.mjs';

// The oldest TypeScript that is supported, and the current one.
const compilers = ['typescript-5.2', 'typescript'];
const resolutions = { nodenext: ['--module', 'nodenext'], bundler: ['--module', 'esnext', '--moduleResolution', 'bundler'] };
const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--skipLibCheck', 'false'];
const browser = ['--target', 'es2022', '--lib', 'es2022,dom,dom.iterable'];

export async function checkTypes() {
  const files = testFiles('tests/types', '.ts');
  for (const compiler of compilers) {
    const tsc = inRoot('node_modules', compiler, 'bin', 'tsc');
    for (const [resolution, options] of Object.entries(resolutions)) {
      console.log(`${compiler}, ${resolution}`);
      await run(process.execPath, [tsc, ...strict, ...browser, ...options, ...files], { cwd: root });
    }
  }
}
