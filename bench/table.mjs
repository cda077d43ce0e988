// The measurements as rows, and the rows as text.
import { spread } from './statistics.mjs';

/**
 * A row: what was measured, its unit, and for each candidate `{ median, from, to }` (a number that was counted once has the
 * three alike).
 */
const row = (label, unit, digits, candidates, valueOf) => ({ label, unit, digits, values: candidates.map(({ key }) => valueOf(key)) });

const once = (value) => ({ median: value, from: value, to: value });
const present = (samples, name) => samples.map((sample) => sample[name]).filter((value) => value !== undefined);

/** The rows of everything that was measured, the first candidate being the one that the others are compared with. */
export function rows({ candidates, sizes, checks, loads, hours, tabs, counts }) {
  const timed = (label, digits, samples, name) => row(label, 'ms', digits, candidates, (key) => spread(present(samples[key], name)));
  const counted = (label, digits, valueOf) => row(label, '', digits, candidates, (key) => once(valueOf(key)));
  return [
    row('Download, brotli 11', 'kB', 1, candidates, (key) => once(sizes[key] / 1000)),
    timed('Main thread for one check', 2, checks, 'check'),
    timed('… of it beyond the same request sent bare', 2, checks, 'own'),
    timed('Import to the first verdict, empty cache', 1, loads, 'cold'),
    timed('Import to the first verdict, filled cache', 1, loads, 'warm'),
    ...['visible', 'hidden'].flatMap((state) => [
      counted(`Wake-ups in an hour, ${state} tab`, 0, (key) => hours[key][state].wakeups),
      counted(`Requests in an hour, ${state} tab`, 0, (key) => hours[key][state].requests),
    ]),
    ...counts.map((count, i) => counted(`Requests per interval, ${count} ${count === 1 ? 'tab' : 'tabs'}`, 1, (key) => tabs[key][i])),
  ];
}

/** How many times the first candidate's value another one has. A dash where that says nothing. */
export function ratio(first, other) {
  if (first <= 0 || other < 0) return '–';
  return `${(other / first).toFixed(2)}×`;
}

function absolute({ unit, digits, values }) {
  return values.map(({ median, from, to }) => {
    const spanned = from === to ? '' : ` (${from.toFixed(digits)}–${to.toFixed(digits)})`;
    return [median.toFixed(digits), unit].join(' ').trim() + spanned;
  });
}

const ratios = ({ values: [first, ...others] }) => others.map(({ median }) => ratio(first.median, median));

/** Both tables, each a list of lines of cells with the names above them. */
function tables(candidates, measured) {
  const names = candidates.map(({ name }) => name);
  return {
    ratios: [[`times what ${names[0]} needs`, ...names.slice(1)], ...measured.map((row) => [row.label, ...ratios(row)])],
    values: [['median (quartiles)', ...names], ...measured.map((row) => [row.label, ...absolute(row)])],
  };
}

/** As it is printed. */
export function plain(candidates, measured) {
  const table = (lines) => {
    const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
    return lines.map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')).join('\n');
  };
  const { ratios, values } = tables(candidates, measured);
  return `${table(values)}\n\n${table(ratios)}`;
}

/** As it stands in the document. */
export function markdown(candidates, measured) {
  const table = ([head, ...lines]) => {
    const line = (cells) => `| ${cells.join(' | ')} |`;
    return [line(head), `|---|${'--:|'.repeat(head.length - 1)}`, ...lines.map(line)].join('\n');
  };
  const { ratios, values } = tables(candidates, measured);
  return `${table(ratios)}\n\n${table(values)}`;
}

const begin = '<!-- bench:begin -->';
const end = '<!-- bench:end -->';

/** The document with this text between its markers; null if it has no markers. */
export function withResults(document, text) {
  const block = new RegExp(`${begin}[\\s\\S]*?${end}`);
  return block.test(document) ? document.replace(block, () => `${begin}\n${text}\n${end}`) : null;
}
