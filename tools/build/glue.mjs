// What the generated glue has and no page needs.
import { Failure } from '../lib/failure.mjs';

/**
 * The glue without its finalisers, which free what JavaScript has dropped without a word. Here that is nothing: the module
 * itself holds the host, and with it the facade, until `free()`; and a timer's closure is freed by its Rust owner. The short
 * form of `free()` goes too, because the facade has one of its own.
 */
export function withoutFinalisers(glue) {
  const names = [];
  const rest = glue.replace(/^const (\w+) = \(typeof FinalizationRegistry === 'undefined'\)\n.*\n.*new FinalizationRegistry\(.*;\n/gm, (_, name) => {
    names.push(name);
    return '';
  });
  const lean = names
    .reduce((text, name) => text.replace(new RegExp(`^ *${name}\\.(un)?register\\(.*\\);\\n`, 'gm'), ''), rest)
    .replace(/^if \(Symbol\.dispose\) (\w+)\.prototype\[Symbol\.dispose\] = \1\.prototype\.free;\n/gm, '');
  const left = ['FinalizationRegistry', 'Symbol.dispose', ...names].filter((name) => lean.includes(name));
  if (names.length === 0 || left.length > 0) throw new Failure(`the glue's finalisers are not written as expected: ${left.join(', ') || 'there are none'}`);
  return lean;
}

const exportsAtTheEnd = /^export \{ __wbg_get_imports as imports, __wbg_finalize_init as finish \};$/m;

/**
 * The glue as a function, `createGlue()`, which gives the classes and what loads an instance. As wasm-bindgen writes it there is one
 * instance for each script; after a trap a page needs another, which the timers and listeners of the first must not reach.
 */
export function asFactory(glue) {
  const classes = [...glue.matchAll(/^export class (\w+)/gm)].map(([, name]) => name);
  if (classes.length === 0 || !exportsAtTheEnd.test(glue)) throw new Failure('the glue does not export its classes and its loader as expected');
  const body = glue
    .replace(/^export class /gm, 'class ')
    .replace(exportsAtTheEnd, `return { ${classes.join(', ')}, imports: __wbg_get_imports, finish: __wbg_finalize_init };`);
  if (/^(export|import) /m.test(body)) throw new Failure('the glue imports or exports more than was expected');
  return `export const createGlue = () => {\n${body}\n};\n`;
}
