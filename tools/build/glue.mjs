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
