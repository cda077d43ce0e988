// JavaScript to dist/: the facade, the generated glue and the module become the two published entries, and what the slim one
// loads later; beside them the adapters, which import the main entry.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { GLOBALS } from '../../src/js/testing/globals.js';
import { Failure } from '../lib/failure.mjs';
import { dist, inRoot, root, target } from '../lib/paths.mjs';
import { hashOf, whenChanged } from '../lib/stamp.mjs';
import { encode } from './encode.mjs';
import { glue } from './wasm.mjs';

const sources = inRoot('src', 'js');
const wasmFile = join(dist, 'session_keepalive_bg.wasm');
/** The published entries, by what they hold. */
export const entries = { inlined: join(dist, 'index.js'), slim: join(dist, 'slim.js'), wasm: wasmFile };
/** What both entries load when it is asked for, by the file's name. */
export const lazy = { sealed: join(dist, 'sealed.js') };
/** One for each framework, by its name. */
export const adapters = Object.fromEntries(['react', 'vue', 'svelte', 'axios'].map((name) => [name, join(dist, `${name}.js`)]));
/** The testing kit, which holds all of the module. */
export const testing = join(dist, 'testing.js');
const withTypes = [entries.inlined, entries.slim, ...Object.values(adapters), testing];
const scripts = [...withTypes, ...Object.values(lazy)];
/** A script's source map, where esbuild writes it. @param {string} script its path */
const mapOf = (script) => `${script}.map`;

/** `#glue` is what wasm-bindgen wrote; `#wasm` is the module itself: `export default async () => BufferSource`. */
const generatedModules = {
  name: 'generated modules',
  setup(build) {
    build.onResolve({ filter: /^#glue$/ }, () => ({ path: glue.script, sideEffects: false }));
    build.onResolve({ filter: /^#wasm$/ }, () => ({ path: 'wasm', namespace: 'inlined' }));
    build.onLoad({ filter: /.*/, namespace: 'inlined' }, () => {
      const bytes = readFileSync(glue.wasm);
      return {
        resolveDir: root,
        contents: `import { decode } from './tools/build/decode.mjs';
          export default async () => decode(${JSON.stringify(encode(bytes))}, ${bytes.length});`,
      };
    });
  },
};

/** Leaves `import('./sealed.js')` as it stands: the file lies beside the entry, and an application's bundler follows it. */
const filesOfTheirOwn = {
  name: 'files of their own',
  setup(build) {
    build.onResolve({ filter: /^\.\// }, ({ kind, path }) => {
      if (kind !== 'dynamic-import') return undefined;
      if (!Object.values(lazy).includes(join(dist, path))) throw new Failure(`import('${path}') is not in the list \`lazy\``);
      return { path, external: true };
    });
  },
};

/** What is made on the way, by what a source map calls it, and what it is called when published. */
const generated = { 'inlined:wasm': 'wasm.js', 'page:page': 'page.js', [basename(glue.script)]: 'glue.js' };

/**
 * A source map as it is published: with the sources in it, because they are not beside it; without the Wasm, which would be in
 * it once more; and without a path of this machine, where cargo's target folder may be anywhere.
 */
function published(text) {
  const map = JSON.parse(text);
  map.sources.forEach((source, i) => {
    if (source === 'inlined:wasm') map.sourcesContent[i] = '// The module as text.\n';
    const name = generated[basename(source)];
    if (name) map.sources[i] = `../generated/${name}`;
  });
  return JSON.stringify(map);
}

/**
 * Leaves an adapter's `from './index.js'` as it stands, and the framework's name. With a second copy of the main entry inside, a
 * page that imports both would load and run the Wasm twice. A relative path, because that is the same file for every bundler
 * and for a browser without one.
 */
const mainEntryOfItsOwn = {
  name: 'main entry of its own',
  setup(build) {
    build.onResolve({ filter: /^\.\/index\.js$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** What every script is built with. */
const common = { write: false, bundle: true, target: 'es2022', charset: 'ascii', legalComments: 'none', logLevel: 'warning' };

/**
 * `#page` for the testing kit: `export default (globals) => facade`. The facade and the glue are those that pages get, in a function
 * whose parameters stand before the globals of the same names. So nothing in them has to know of tests.
 */
const pageInAFunction = (esbuild) => ({
  name: 'page in a function',
  setup(build) {
    build.onResolve({ filter: /^#page$/ }, () => ({ path: 'page', namespace: 'page' }));
    build.onLoad({ filter: /.*/, namespace: 'page' }, async () => {
      const facade = { ...common, entryPoints: [join(sources, 'load.js')], format: 'iife', globalName: 'facade', plugins: [generatedModules] };
      const [{ text }] = (await esbuild.build(facade)).outputFiles;
      return { contents: `export default ({ ${GLOBALS.join(', ')} }) => {\n${text}\nreturn facade;\n};` };
    });
  },
});

/**
 * The paths of the published scripts and their maps, with what they hold: bundled and minified by esbuild, and once more by
 * terser, which finds 0.25 kB of brotli.
 */
async function minifiedScripts() {
  const [esbuild, terser] = await Promise.all([import('esbuild'), import('terser')]);
  const bundled = (paths, plugins, more) => esbuild.build({
    ...common,
    entryPoints: paths.map((path) => join(sources, basename(path))),
    outdir: dist,
    minify: true,
    sourcemap: 'external',
    format: 'esm',
    plugins: [generatedModules, ...plugins],
    ...more,
  });
  const builds = [
    bundled([entries.inlined, entries.slim, ...Object.values(lazy)], [filesOfTheirOwn]),
    bundled(Object.values(adapters), [mainEntryOfItsOwn], { packages: 'external' }),
    bundled([testing], [pageInAFunction(esbuild)]),
  ];
  const outputFiles = (await Promise.all(builds)).flatMap((build) => build.outputFiles);
  const texts = new Map(outputFiles.map(({ path, text }) => [path, text]));
  // A directive is React's 'use client'.
  const options = { module: true, ecma: 2020, compress: { ecma: 2020, passes: 2, directives: false }, format: { ascii_only: true } };
  const minified = await Promise.all(scripts.map(async (path) => {
    const sourceMap = { content: texts.get(mapOf(path)), url: basename(mapOf(path)) };
    const { code, map } = await terser.minify(texts.get(path), { ...options, sourceMap });
    return [[path, code], [mapOf(path), published(map)]];
  }));
  return minified.flat();
}

/** Beside each script that an application imports. @param {string} script its path */
const declarationOf = (script) => basename(script).replace(/\.js$/, '.d.ts');
const declarations = withTypes.map(declarationOf);

/** Writes dist/; skipped while nothing that goes into it has changed. */
export function bundle() {
  for (const name of [...withTypes.map((path) => basename(path)), ...declarations]) {
    if (!existsSync(join(sources, name))) throw new Failure(`src/js/${name} is missing: it is one of the published entries`);
  }
  const key = hashOf(root, [sources, inRoot('tools', 'build'), inRoot('package-lock.json'), ...Object.values(glue)]);
  const outputs = [...scripts, ...scripts.map(mapOf), wasmFile, ...declarations.map((name) => join(dist, name))];
  return whenChanged({ base: root, stampFile: join(target, 'wasm-bindgen', 'dist-stamp'), key, outputs }, async () => {
    rmSync(dist, { recursive: true, force: true });
    mkdirSync(dist);
    for (const [path, code] of await minifiedScripts()) writeFileSync(path, code);
    copyFileSync(glue.wasm, wasmFile);
    for (const name of declarations) copyFileSync(join(sources, name), join(dist, name));
  });
}
