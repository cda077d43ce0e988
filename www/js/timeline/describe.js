// The words for what the picture shows: for its tooltip, its table and its description.
import { duration } from '../format.js';
import { LANES } from './lanes.js';

const REASONS = {
  network: 'no connection',
  timeout: 'no answer in time',
  server: 'the backend failed',
  'rate-limited': 'the backend asked to wait',
};

/** What counts down is said in whole seconds: tenths would only flicker. @param {number} ms */
export const countdown = (ms) => (ms < 10_000 ? `${Math.max(0, Math.ceil(ms / 1000))} s` : duration(Math.ceil(ms / 1000) * 1000));

export const laneName = (id) => LANES.find((lane) => lane.id === id).name;

/** @param {string} reason @param {number | null} [httpStatus] */
const because = (reason, httpStatus) => (REASONS[reason] ?? reason) + (httpStatus ? ` (HTTP ${httpStatus})` : '');

/** @param {import('./store.js').Item} item @param {number} now */
export function what(item, now) {
  return WORDS[item.kind]?.(item, now) ?? (item.reason ? `${item.kind}: ${because(item.reason)}` : item.kind);
}

const attempt = ({ attempt }) => (attempt > 1 ? `, try ${attempt}` : '');

/** By kind; a status has no words but its own. */
const WORDS = {
  open: (item) => item.lane === 'reconnects'
    ? `the session is being re-established${item.tries > 1 ? `, try ${item.tries}` : ''}`
    : `under way${attempt(item)}${item.overdue ? ', counts as failed' : ''}`,
  answered: (item) => `answered${item.shared ? ', made by another tab' : attempt(item)}`,
  failed: (item) => `failed${item.shared ? ' in another tab' : attempt(item)}: ${because(item.reason, item.httpStatus)}`,
  unanswered: (item) => `no answer that counts${attempt(item)}`,
  wait: ({ attempt, reason }) => `wait before try ${attempt}: ${because(reason ?? 'network')}`,
  reconnected: ({ epoch }) => `session re-established, epoch ${epoch}`,
  refused: () => 'not re-established: the person must log in again',
  dropped: () => 'given up',
  restart: ({ asked, startedAt }) =>
    asked ? `restart asked for by this page${startedAt === null ? '' : ', up again'}` : 'restarted, not by this page',
  offline: (item) => (item.lane === 'network' ? 'the browser is offline' : 'offline'),
  limit: ({ runsOut, end }, now) => `session ends in ${countdown(runsOut - (end ?? now))} without use`,
  slow: ({ phase, elapsedMs }) => `slow: ${phase === 'reconnect' ? 'reconnect' : 'check'}, no answer for ${duration(elapsedMs)}`,
  overdue: () => 'no answer in time: counts as failed, still waited for',
  asleep: ({ sleptMs }) => `the machine slept for ${duration(sleptMs)}`,
  expiring: ({ secondsLeft }) => `expiring: ${secondsLeft} s left`,
  disconnected: ({ reason }) => `disconnected${reason ? `: ${reason}` : ''}`,
};

/** How long it took; of a wait that goes on, how long it was meant to be. Empty for a mark. @param {number} now */
export function howLong({ lane, kind, start, end, due, durationMs, downtimeMs }, now) {
  if (kind === 'limit') return '';
  if (lane === 'retries' && end === null) return duration(due - start);
  const told = durationMs ?? downtimeMs;
  if (told !== undefined) return duration(told);
  if (end === null) return `${duration(now - start)} so far`;
  return end > start || lane === 'checks' && kind !== 'failed' ? duration(end - start) : '';
}

/** The whole picture in a few sentences, for those who cannot see it. */
export function summary(model, { from, to }, now) {
  const within = (lane) => model.lane(lane).filter(({ start, end }) => start <= to && (end ?? now) >= from);
  const checks = within('checks');
  const counts = [
    [checks.length, 'check', 'checks'],
    [checks.filter(({ kind }) => kind === 'failed' || kind === 'unanswered').length, 'of them failed', 'of them failed'],
    [checks.filter(({ shared }) => shared).length, 'made by another tab', 'made by another tab'],
    [within('reconnects').length, 'reconnect', 'reconnects'],
    [within('backend').length, 'restart of the backend', 'restarts of the backend'],
    [within('network').length, 'offline span', 'offline spans'],
  ];
  const counted = counts.filter(([n], place) => place === 0 || n > 0).map(([n, one, many]) => `${n} ${n === 1 ? one : many}`);
  const { status = 'starting', expiresInMs = null } = model.snapshot ?? {};
  const limit = model.lane('limit').at(-1);
  return [
    `${duration(Math.min(now, to) - from)} are shown. The session is ${status}.`,
    `${counted.join(', ')}.`,
    model.next === null ? 'No check is planned.' : `The next check is in ${countdown(model.next - now)}.`,
    expiresInMs !== null && limit?.end === null ? `Without use the session ends in ${countdown(limit.runsOut - now)}.` : '',
  ].join(' ').trim();
}
