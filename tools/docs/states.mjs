// How the status of a session changes, from docs/states.txt, which the search of the engine's states makes: as a table, as a
// Mermaid diagram, and as a picture.
import { readFileSync } from 'node:fs';
import { inRoot } from '../lib/paths.mjs';

const source = 'docs/states.txt';
export const picture = inRoot('docs', 'images', 'states.svg');

/** What many statuses do alike is drawn once: the names of these groups, and which statuses are not in them. */
const GROUPS = {
  'any other status': ['inactive'],
  'not over': ['inactive', 'disconnected'],
  'not over, not connected': ['inactive', 'disconnected', 'connected'],
  online: ['inactive', 'disconnected', 'offline'],
};

/** @typedef {{ from: string, to: string, why: string }} Change one that the engine makes */

/** @returns {Change[]} */
export function changes() {
  return readFileSync(inRoot(source), 'utf8').trimEnd().split('\n').map((line) => {
    const [, from, to, why] = /^(\w+) -> (\w+): ([\w-]+)$/.exec(line) ?? [];
    if (!why) throw new Error(`${source}: what is "${line}"?`);
    return { from, to, why };
  });
}

/** One entry for each pair. @param {Change[]} list @returns {{ from: string, to: string, why: string[] }[]} */
function pairs(list) {
  const found = new Map();
  for (const { from, to, why } of list) {
    const key = `${from} ${to}`;
    if (!found.has(key)) found.set(key, { from, to, why: [] });
    found.get(key).why.push(why);
  }
  return [...found.values()];
}

/** What every member of a group does for one reason is the group's; what leads to every member, likewise. */
export function grouped(list) {
  const statuses = [...new Set(list.flatMap(({ from, to }) => [from, to]))];
  let rest = list;
  const shared = [];
  for (const [near, far] of [['from', 'to'], ['to', 'from']]) {
    for (const [name, outside] of Object.entries(GROUPS)) {
      const inside = statuses.filter((status) => !outside.includes(status));
      for (const change of rest) {
        const alike = rest.filter((other) => other.why === change.why && other[far] === change[far] && inside.includes(other[near]));
        if (!outside.includes(change[far]) || alike.length < inside.length) continue;
        rest = rest.filter((other) => !alike.includes(other));
        shared.push({ ...change, [near]: name });
      }
    }
  }
  return { statuses, edges: pairs([...shared, ...rest]) };
}

/** The groups that some edge begins or ends at. */
const usedGroups = (edges) => Object.keys(GROUPS).filter((name) => edges.some(({ from, to }) => from === name || to === name));

/** A row for each pair of statuses. */
export const table = (list = changes()) => [
  '| from | to | by |',
  '|---|---|---|',
  ...pairs(list).map(({ from, to, why }) => `| \`${from}\` | \`${to}\` | ${why.map((one) => `\`${one}\``).join(' ')} |`),
].join('\n');

/** For those who draw Mermaid. */
export function mermaid(list = changes()) {
  const { edges } = grouped(list);
  const id = (name) => name.replace(/\W+/g, '_');
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...usedGroups(edges).filter((name) => id(name) !== name).map((name) => `  state "${name}" as ${id(name)}`),
    ...edges.map(({ from, to, why }) => `  ${id(from)} --> ${id(to)}: ${why.join(', ')}`),
    '```',
  ].join('\n');
}

/** Colours as those of the demo: an edge has that of the status it leads to. With a ground of its own it can stand anywhere. */
const style = `
  text { font-family: Helvetica, Arial, sans-serif; fill: var(--tone); }
  .node path { stroke: var(--tone); fill: var(--card); }
  .edge path { stroke: var(--tone); }
  .edge text { paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
  .edge polygon { stroke: var(--tone); fill: var(--tone); }
  .graph > polygon { fill: var(--ground); }
  svg { --ground: #f5f7f8; --card: #ffffff; --tone: #51616a; }
  .starting { --tone: #10191d; }
  .connected { --tone: #166534; }
  .degraded, .offline, .reconnecting { --tone: #854d0e; }
  .disconnected { --tone: #b91c1c; }
  @media (prefers-color-scheme: dark) {
    svg { --ground: #0e1316; --card: #161d21; --tone: #9fb0b8; }
    .starting { --tone: #e9eff1; }
    .connected { --tone: #4ade80; }
    .degraded, .offline, .reconnecting { --tone: #fbbf24; }
    .disconnected { --tone: #f87171; }
  }
`;

const dot = ({ statuses, edges }) => {
  const groups = usedGroups(edges);
  const label = (why) => why.map((one) => ` ${one} \\l`).join('');
  return [
    'digraph "The statuses of a session" {',
    'nodesep=0.5; ranksep=0.7; pad=0.3',
    'node [shape=box, style="rounded,filled", fontname=Helvetica, fontsize=15, margin="0.2,0.09", penwidth=1.6]',
    'edge [fontname=Helvetica, fontsize=12]',
    ...statuses.map((status) => `"${status}" [class="${status}"]`),
    ...groups.map((name) => `"${name}" [style="rounded,filled,dashed", fontsize=13, penwidth=1]`),
    ...edges.map(({ from, to, why }) => `"${from}" -> "${to}" [label="${label(why)}", class="${to}"]`),
    '}',
  ].join('\n');
};

/** The picture, laid out by Graphviz. */
export async function svg(list = changes()) {
  const { instance } = await import('@viz-js/viz');
  const drawn = (await instance()).renderString(dot(grouped(list)), { format: 'svg' });
  // A title on every line would only be in the way of the pointer.
  const [head, body] = drawn.slice(drawn.indexOf('<svg')).replace(/<!--[\s\S]*?-->\n/g, '').split(/(?<=^<svg[^>]*>\n)/);
  const [, width, height] = /viewBox="0\.00 0\.00 ([\d.]+) ([\d.]+)"/.exec(head);
  const begin = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${Math.round(width)}" height="${Math.round(height)}" role="img">`;
  return `${begin}\n<title>The statuses of a session</title>\n<style>${style}</style>\n${body.replace(/<title>.*<\/title>\n/g, '')}`;
}
