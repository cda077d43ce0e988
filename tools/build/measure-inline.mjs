// `node tools/build/measure-inline.mjs`, after a build: what each way to put the Wasm into a script would weigh.
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { measure, plain, together } from '../lib/size.mjs';
import { entries } from './bundle.mjs';
import { encode } from './encode.mjs';

const wasm = readFileSync(entries.wasm);
const script = readFileSync(entries.slim, 'utf8').replace(/\n\/\/# sourceMappingURL.*/, '');
const deflated = deflateRawSync(wasm, { level: 9, memLevel: 9 });
const ways = {
  'two files': null,
  'this encoding': encode(wasm),
  base64: wasm.toString('base64'),
  'base64 of deflate-raw': deflated.toString('base64'),
  'this encoding of deflate-raw': encode(deflated),
};

const rows = Object.entries(ways).map(([name, text]) => {
  return { name, ...(text === null ? together(measure(script), measure(wasm)) : measure(`${script};"${text}"`)) };
});
console.log(plain(rows));
