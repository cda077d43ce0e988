// Times as people read them.

/** Time of day with milliseconds, in the person's own zone. @param {Date} date */
export function clock(date) {
  const two = (n) => String(n).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** The same to the second, of now if nothing else is given. @param {Date} [date] */
export const timeOfDay = (date = new Date()) => clock(date).slice(0, 8);

/** A duration with two units at most: `840 ms`, `4.2 s`, `3 min 5 s`, `23 h 59 min`. @param {number} ms */
export function duration(ms) {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const units = [['d', 86_400], ['h', 3_600], ['min', 60], ['s', 1]];
  let rest = Math.round(ms / 1000);
  const parts = [];
  for (const [name, size] of units) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${name}`);
    else if (parts.length > 0) break;
    rest -= count * size;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** How long ago, roughly: `just now`, `5 minutes ago`, `yesterday`. @param {number} ms */
export function ago(ms) {
  const seconds = Math.floor(ms / 1000);
  const units = [['day', 86_400], ['hour', 3_600], ['minute', 60]];
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? [];
  return unit ? relative.format(-Math.floor(seconds / size), unit) : 'just now';
}

/** A duration that somebody has set: `5 s`, where one that is counted down is `5.0 s`. @param {number} ms */
export const setting = (ms) => duration(ms).replace('.0 ', ' ');
