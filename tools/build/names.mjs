// Short names between the module and its glue.
//
// wasm-bindgen names every import and export in full, with a hash (`__wbg_clearTimeout_3629d6209dfcc46e`), once in the
// module and once in the glue. Nobody else ever sees those names, and hashes do not compress: shortening them saved 3.5 kB of
// brotli, a sixth of what a page may download. wasm-opt renames the module and prints what it has renamed.
import { Failure } from '../lib/failure.mjs';

export const shortenNames = '--minify-imports-and-exports-and-modules';

/** The glue with the names that wasm-opt chose; `printed` is what wasm-opt said. Fails if the two do not fit together. */
export function renameGlue(glue, printed) {
  const { imports, exports } = JSON.parse(printed);
  const importNames = new Map(imports.map(([, long, short]) => [long, short]));
  const exportNames = new Map(exports);
  const unused = new Set(importNames.keys());

  const renamed = glue
    // The import object: `__wbg_abort_f8d1589eb0c65ee2: function(arg0) {`, and the name that the module knows it by.
    .replace(/^(\s+)(\w+)(?=: function\()/gm, (whole, indent, name) => {
      unused.delete(name);
      return importNames.has(name) ? indent + importNames.get(name) : whole;
    })
    .replace(`"./session_keepalive_bg.js": import0`, 'a: import0')
    // The exports: `wasm.session_check(…)`.
    .replace(/\bwasm\.([\w$]+)/g, (_, name) => {
      if (!exportNames.has(name)) throw new Failure(`the glue uses wasm.${name}, which the module does not export`);
      return `wasm.${exportNames.get(name)}`;
    })

    // `src/js/load.js` loads the module: it needs the import object and what is to be done with the instance.
    .replace(
      'export { initSync, __wbg_init as default };',
      'export { __wbg_get_imports as imports, __wbg_finalize_init as finish };',
    );

  if (unused.size > 0) throw new Failure(`the glue has no ${[...unused].join(', ')}, which the module imports`);
  if (!renamed.includes('a: import0')) throw new Failure('the glue does not name its import object as expected');
  if (!renamed.includes('__wbg_finalize_init as finish')) throw new Failure('the glue does not end in the exports that were expected');
  return renamed;
}
