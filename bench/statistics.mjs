// What many measurements of one thing say.

/** The value below which this share of the values lies; between two of them, in proportion. */
export function quantile(values, share) {
  if (values.length === 0) throw new Error('there is no quantile of nothing');
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at - Math.floor(at));
}

/** Median and quartiles: half of all measurements lie between these two. */
export const spread = (values) => ({ median: quantile(values, 0.5), from: quantile(values, 0.25), to: quantile(values, 0.75) });

/** These, beginning with another one each round, so that none is always the first or behind the same one. */
export const rotated = (items, round) => items.map((_, i) => items[(i + round) % items.length]);
