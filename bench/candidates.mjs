// What is measured, under which name, and how each is told to look at its session once in every interval.

/** auth-js looks every 30 s and refreshes a token that has fewer than four of these ticks left. */
const tickMs = 30_000;
const refreshedBelowMs = 4 * tickMs;

/** A token's life for which auth-js, alone, refreshes it once in every interval (a multiple of its tick). */
export const tokenLifeMs = (intervalMs) => intervalMs + refreshedBelowMs - tickMs / 2;

/**
 * - `key`: the name of its file in page/clients.
 * - `tabsIntervalMs`: the interval in the measurement of tabs: short, so that many pass; auth-js can not go below its tick.
 * - `tabsIntervals`: how many of them are waited for.
 */
export const candidates = [
  { key: 'session-keepalive', name: 'session-keepalive', tabsIntervalMs: 3_000, tabsIntervals: 10 },
  { key: 'better-auth', name: 'better-auth', package: 'better-auth', tabsIntervalMs: 3_000, tabsIntervals: 10 },
  { key: 'auth-js', name: 'auth-js', package: '@supabase/auth-js', tabsIntervalMs: tickMs, tabsIntervals: 3 },
];

/** Differs from `session-keepalive` in how it is loaded alone. */
export const slim = { key: 'session-keepalive-slim', name: 'session-keepalive/slim' };
