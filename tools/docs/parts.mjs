// The parts of documents that are made from something else, between `<!-- made from WHAT -->` and `<!-- end -->`.
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { inRoot } from '../lib/paths.mjs';
import { declarations } from './declarations.mjs';
import { mermaid, table as changesOfStatus } from './states.mjs';

const languages = { '.mjs': 'js', '.js': 'js', '.jsx': 'jsx', '.py': 'python', '.rs': 'rust', '.html': 'html' };
const code = (text) => `\`${text.replaceAll('|', '\\|')}\``;
const cell = (text) => text.replaceAll('|', '\\|');

const table = (heads, rows) =>
  [`| ${heads.join(' | ')} |`, `|${heads.map(() => '---').join('|')}|`, ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');

/** The members of an interface with their types, or the names of a union. */
function declared(name) {
  const { interfaces, unions } = declarations();
  if (unions[name]) return table(['', ''], unions[name].map((one) => [code(one.name), cell(one.comment)]));
  if (!interfaces[name]) throw new Error(`src/js/index.d.ts declares no interface or union of names ${name}`);
  if (interfaces[name].some(({ signature }) => signature)) {
    const called = ({ signature, name, type }) => code(signature ?? `${name}: ${type}`);
    return table(['', ''], interfaces[name].map((one) => [called(one), cell(one.comment)]));
  }
  return table(['', '', ''], interfaces[name].map((one) => [code(one.name), code(one.type), cell(one.comment)]));
}

/** A file as it is. */
function quoted(path) {
  const text = readFileSync(inRoot(...path.split('/')), 'utf8').trimEnd();
  return `\`\`\`${languages[extname(path)]}\n${text}\n\`\`\``;
}

const part = /(<!-- made from ([^\s]+) -->\n)[\s\S]*?(<!-- end -->)/g;

const made = { 'states.txt#diagram': mermaid, 'states.txt#table': changesOfStatus };

/**
 * The document with every such part made anew: a path is quoted, `index.d.ts#Name` is a table of what that declares, and
 * `states.txt` how the status changes.
 */
export const withParts = (document) =>
  document.replace(part, (_, begin, what, end) => {
    const [, name] = /^index\.d\.ts#(\w+)$/.exec(what) ?? [];
    return `${begin}${made[what]?.() ?? (name ? declared(name) : quoted(what))}\n${end}`;
  });
