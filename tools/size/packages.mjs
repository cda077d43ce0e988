// Which package the bytes of the module come from, as far as the names of its functions say.

/** The rows that are always there. A crate that is not among them, or a symbol of no crate, gets a row by its own name. */
export const rows = {
  engine: '`session_keepalive::engine`',
  browser: '`session_keepalive::browser`',
  wire: '`session_keepalive::wire`',
  bindgen: '`wasm-bindgen`',
  webSys: '`web-sys`',
  jsSys: '`js-sys` without futures',
  futures: '`js-sys` futures (`wasm-bindgen-futures`)',
  timers: '`gloo-timers`',
  serde: '`serde`, with what it derives',
  serdeBindgen: '`serde-wasm-bindgen`',
  postcard: '`postcard`',
  allocator: 'allocator (`lol_alloc`)',
  std: '`core`, `alloc`, `std`',
  drops: 'drop glue',
  shims: 'shims',
  merged: 'merged from several by wasm-opt',
  data: 'data',
  rest: 'types, imports, exports, tables',
};

const crates = {
  wasm_bindgen: rows.bindgen,
  web_sys: rows.webSys,
  js_sys: rows.jsSys,
  wasm_bindgen_futures: rows.futures,
  gloo_timers: rows.timers,
  serde: rows.serde,
  serde_core: rows.serde,
  serde_wasm_bindgen: rows.serdeBindgen,
  postcard: rows.postcard,
  lol_alloc: rows.allocator,
  __rustc: rows.allocator, // `__rustc::__rust_alloc`
  core: rows.std,
  alloc: rows.std,
  std: rows.std,
  compiler_builtins: rows.std,
};
const modules = { engine: rows.engine, browser: rows.browser, wire: rows.wire };

/** Which row a path belongs to, as it is written in front of `::`. */
function rowOf(crate, module) {
  if (crate === 'session_keepalive') return modules[module] ?? `\`session_keepalive::${module}\``;
  if (crate === 'js_sys' && module === 'futures') return rows.futures;
  return crates[crate] ?? `\`${crate}\``;
}

/** The row of a function, by its demangled name, and by none if wasm-opt made it. @param {string} name */
export function owner(name) {
  if (name === '') return rows.merged;
  // What tells two crates of one name apart: `core[c5930c85a12de822]`.
  const plain = name.replace(/\[[0-9a-f]{16}\]/g, '');
  // The methods of `Session`. The bodies of some are in the wrapper that wasm-bindgen exports.
  if (/^session_\w+( |$)/.test(plain)) return rows.browser;
  // wasm-bindgen's wrappers around imports and exports, and Rust's around closures.
  if (/ (externref|multivalue) shim$|\bFnOnce::call_once|\{\{?(vtable\.shim|shim:vtable)/.test(plain)) return rows.shims;
  if (/^core::ptr::drop_in_place/.test(plain)) return rows.drops;
  if (/<impl serde(_core)?::/.test(plain)) return rows.serde;

  const paths = String.raw`([a-z_]\w*)::(\w*)`;
  const [, crate, module] = new RegExp(`^<?(?:[&*([]|mut |const |dyn )*${paths}`).exec(plain) ?? [];
  const [, traitCrate, traitModule] = plain.startsWith('<') ? new RegExp(` as ${paths}`).exec(plain) ?? [] : [];
  const own = crate === undefined ? undefined : rowOf(crate, module);
  // What a package implements for the standard library's types is the package's.
  if (traitCrate !== undefined && (own === undefined || own === rows.std)) return rowOf(traitCrate, traitModule);
  if (own !== undefined) return own;

  // Without a path: wasm-bindgen's own functions and conversions, and what the compiler calls.
  if (/^__(wbindgen|wbg|externref)_| -> /.test(plain)) return rows.bindgen;
  if (/^(mem(cmp|cpy|move|set)|f(min|max|mod)|__(multi3|u?divti3|u?modti3|ashlti3|lshrti3))$/.test(plain)) return rows.std;
  return `\`${plain}\``;
}

/**
 * The rows of the table, the largest first.
 * @param {ReturnType<import('./module.mjs').readModule>} module
 * @returns {{ name: string, raw: number, share: number, imports: number }[]}
 */
export function packages({ imports, functions, data, total }) {
  const found = new Map(Object.values(rows).map((name) => [name, { raw: 0, imports: 0 }]));
  const row = (name) => found.get(name) ?? found.set(name, { raw: 0, imports: 0 }).get(name);
  for (const { name, size } of functions) row(owner(name)).raw += size;
  // wasm-bindgen adds one import itself, and gives it no name.
  for (const name of imports) row(name === '' ? rows.bindgen : owner(name)).imports += 1;
  row(rows.data).raw = data;
  row(rows.rest).raw = total - data - functions.reduce((sum, { size }) => sum + size, 0);
  return [...found]
    .map(([name, { raw, imports }]) => ({ name, raw, share: raw / total, imports }))
    .sort((a, b) => b.raw - a.raw);
}
