// The module's own JavaScript against its JSDoc types; and the published declarations, as an app's compiler sees them: strict, and
// without skipping their own check.
import { basename } from 'node:path';
import { inRoot, root } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { testFiles } from './files.mjs';

/** The oldest TypeScript that is supported, and the current one; and what the older cannot read: Vue's own types want 5.4. */
const compilers = { 'typescript-5.2': ['vue.ts'], typescript: [] };
const resolutions = { nodenext: ['--module', 'nodenext'], bundler: ['--module', 'esnext', '--moduleResolution', 'bundler'] };
const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--skipLibCheck', 'false'];
// No other global types: an application for a browser has none of Node's.
const browser = ['--target', 'es2022', '--lib', 'es2022,dom,dom.iterable', '--types', 'react'];

export async function checkTypes() {
  console.log('src/js');
  await run(process.execPath, [inRoot('node_modules', 'typescript', 'bin', 'tsc'), '--project', inRoot('tools', 'test', 'javascript.json')], { cwd: root });
  for (const [compiler, unreadable] of Object.entries(compilers)) {
    const files = testFiles('tests/types', '.ts').filter((file) => !unreadable.includes(basename(file)));
    const tsc = inRoot('node_modules', compiler, 'bin', 'tsc');
    for (const [resolution, options] of Object.entries(resolutions)) {
      console.log(`${compiler}, ${resolution}`);
      await run(process.execPath, [tsc, ...strict, ...browser, ...options, ...files], { cwd: root });
    }
  }
}
