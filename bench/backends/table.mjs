// The measurements as a table of ratios.
import { spread } from '../statistics.mjs';

const times = (value, other) => (other ? `${(value / other).toFixed(2)}×` : '–');
const whole = (value) => Math.round(value).toLocaleString('en');

/** One line per candidate. `results[key]` are the rounds; `limits[store]` the reads a second of a store alone. */
export function lines(candidates, results, limits) {
  const median = (key) => spread(results[key].map(({ rate }) => rate)).median;
  const head = ['checks per second', 'median (quartiles)', '× bare route', '× Express on it', '× reads of the store alone', 'p50', 'p99'];
  const body = candidates.map(({ key, name, compare, limit }) => {
    const { from, to } = spread(results[key].map(({ rate }) => rate));
    const latency = (which) => `${spread(results[key].map((round) => round[which])).median.toFixed(1)} ms`;
    return [
      name, `${whole(median(key))} (${whole(from)}–${whole(to)})`, times(median(key), median('bare')),
      times(median(key), compare && median(compare)), times(median(key), limit && limits[limit]), latency('p50'), latency('p99'),
    ];
  });
  return [head, ...body];
}

/** What was wanted, each with what came of it. */
export function wishes(candidates, results) {
  const median = (key) => spread(results[key].map(({ rate }) => rate)).median;
  return candidates.filter(({ wanted }) => wanted).flatMap(({ key, name, compare, wanted }) =>
    Object.entries(wanted).map(([of, factor]) => {
      const reached = median(key) / median(of === 'bare' ? 'bare' : compare);
      const what = of === 'bare' ? 'the bare route' : 'its Express counterpart';
      return `${name}: wanted ${factor} × ${what}, it is ${reached.toFixed(2)} ×: ${reached >= factor ? 'reached' : 'missed'}.`;
    }));
}

/** As it is printed. */
export function plain(table) {
  const widths = table[0].map((_, i) => Math.max(...table.map((line) => line[i].length)));
  return table.map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')).join('\n');
}

/** As it stands in a document. */
export function markdown([head, ...body]) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|---|${'--:|'.repeat(head.length - 1)}`, ...body.map(line)].join('\n');
}
