// From what is heard of the session, the network and the backend to marks and spans. Pure: the clock is given, and nothing
// of the browser is in it.
//
// The module tells of a change first, then of the events that led to it, all in one go. A check is told by `checking`, and
// answered by `checked`. A failed one has no event of its own: `degraded` stands for it, or, while a network is coming up,
// only the next check moving in the snapshot does. As long as a request is under way, the snapshot's plan stays as it was.
import { Store } from './store.js';

const HOUR = 3_600_000;
/** Two readings of one limit differ by the rounding of two clocks. */
const SAME_LIMIT_MS = 100;

/** @typedef {import('./store.js').Item} Item */
/** @typedef {import('/dist/index.js').Snapshot} Snapshot */

export class Model {
  /** @type {Snapshot | null} */
  snapshot = null;
  #now;
  #store;
  #latest = -Infinity;
  /** The request of this tab that is under way, or whose end no event has explained yet. */
  #request = null;
  /** Tries in a row that failed. */
  #failures = 0;
  /** What goes on, by lane. @type {Map<string, Item>} */
  #open = new Map();
  #startedAt = null;

  /** @param {{now: () => number, keepMs?: number, keepItems?: number}} given `now`: ms on the wall clock */
  constructor({ now, keepMs = HOUR, keepItems = 2000 }) {
    this.#now = now;
    this.#store = new Store({ keepMs, keepItems });
  }

  /** @param {string} lane @returns {readonly Item[]} the oldest first */
  lane(lane) {
    return this.#store.lane(lane);
  }

  /** @returns {Item[]} */
  all() {
    return this.#store.all();
  }

  /** When the next check is planned; null while there is none to come. */
  get next() {
    const at = this.snapshot?.nextCheckAt ?? null;
    return at !== null && at > this.#latest ? at : null;
  }

  /** Now. If the clock was set back, what is noted moves with it, so that the order of things stays. */
  tick() {
    const now = this.#now();
    if (now < this.#latest) this.#store.shift(now - this.#latest);
    this.#latest = now;
    this.#store.prune(now);
    return now;
  }

  /** The snapshot changed. @param {Snapshot} snapshot */
  change(snapshot) {
    const at = this.tick();
    const before = this.snapshot;
    this.snapshot = snapshot;
    const { status, nextCheckAt } = snapshot;
    if (status !== before?.status) this.#statusBecame(at, snapshot);
    this.#limitIs(at, snapshot);
    const request = this.#request;
    if (request && !request.ended && nextCheckAt !== request.plan) {
      this.#endRequest(at);
      // An event behind this change may tell more. Until then: no answer that counts, and a wait for the next try.
      if (nextCheckAt !== null) this.#waitFor(at, nextCheckAt, { guessed: true });
    } else {
      this.#planMoved(at, nextCheckAt);
    }
  }

  /** An event of the session other than `change`. @param {string} name @param {object} event */
  event(name, event) {
    const at = this.tick();
    switch (name) {
      case 'checking':
        this.#close('reconnects', at, { kind: 'dropped' });
        return this.#sent(at, event, this.#store.add('checks', { kind: 'open', start: at, end: null, shared: false, ...event }));
      case 'reconnecting':
        this.#sent(at, event, null);
        return this.#reconnecting(at).tries++;
      case 'checked':
        return this.#checked(at, event);
      case 'degraded':
        return this.#degraded(at, event);
      case 'reconnected':
        return this.#reconnected(at, event);
      case 'disconnected':
        return this.#mark(at, 'disconnected', event);
      case 'slow':
        return this.#mark(at, 'slow', event);
      case 'expiring':
        return this.#expiring(at, event);
      case 'wake':
        return void this.#store.add('moments', { kind: 'asleep', start: at - event.sleptMs, end: at, ...event });
    }
  }

  /** All that was told with a change has been heard: what no event has explained by now, none will. */
  settle() {
    if (this.#request?.ended) this.#request = null;
  }

  /** What the browser says of its network. @param {boolean} online */
  online(online) {
    const at = this.tick();
    if (online) this.#close('network', at);
    else if (!this.#open.has('network')) this.#begin('network', { kind: 'offline', start: at });
  }

  /** The page asked the backend to restart, or to stop for a while. */
  restartAsked() {
    const at = this.tick();
    this.#store.add('backend', { kind: 'restart', start: at, end: at, asked: true, startedAt: null });
  }

  /** The process that answers now began then; another one than before is a restart. @param {number} startedAt */
  backendStarted(startedAt) {
    this.tick();
    if (startedAt === this.#startedAt) return;
    const known = this.#startedAt !== null;
    this.#startedAt = startedAt;
    if (!known) return;
    // Its clock may differ from this one's.
    const end = Math.min(startedAt, this.#latest);
    const asked = this.lane('backend').findLast((item) => item.asked && item.startedAt === null);
    if (asked) Object.assign(asked, { startedAt, end: Math.max(end, asked.start) });
    else this.#store.add('backend', { kind: 'restart', start: end, end, asked: false, startedAt });
  }

  #statusBecame(at, { status, reason }) {
    this.#close('status', at);
    this.#begin('status', { kind: status, start: at, reason });
    if (status === 'reconnecting') this.#reconnecting(at);
    if (status === 'disconnected' || status === 'inactive') {
      this.#endRequest(at);
      this.#close('reconnects', at, { kind: status === 'disconnected' ? 'refused' : 'dropped' });
      this.#close('warning', at);
      this.#failures = 0;
    }
  }

  #limitIs(at, { status, expiresInMs }) {
    const known = this.#open.get('limit');
    const over = expiresInMs === null || status === 'disconnected' || status === 'inactive';
    const runsOut = at + (expiresInMs ?? 0);
    if (known && !over && Math.abs(known.runsOut - runsOut) <= SAME_LIMIT_MS) return;
    this.#close('limit', at);
    if (over) return;
    if (known && runsOut > known.runsOut) this.#close('warning', at);
    this.#begin('limit', { kind: 'limit', start: at, runsOut });
  }

  #sent(at, { attempt }, check) {
    this.#endRequest(at);
    const wait = this.#close('retries', at);
    if (wait) wait.attempt = attempt;
    this.#request = { attempt, check, plan: this.snapshot?.nextCheckAt ?? null, ended: false };
  }

  /** Nothing is known yet but that it is over. */
  #endRequest(at) {
    if (!this.#request || this.#request.ended) return;
    this.#request.ended = true;
    this.#failures = this.#request.attempt;
    if (this.#request.check) Object.assign(this.#request.check, { end: at, kind: 'unanswered' });
  }

  /** Takes the request that an event explains. */
  #takeRequest(at) {
    const request = this.#request;
    this.#endRequest(at);
    this.#request = null;
    return request;
  }

  #checked(at, { durationMs, shared }) {
    const check = shared ? null : this.#takeRequest(at)?.check;
    if (check) Object.assign(check, { kind: 'answered', durationMs });
    else this.#store.add('checks', { kind: 'answered', start: at - durationMs, end: at, shared, durationMs });
    this.#healed(at);
  }

  #degraded(at, { reason, retryInMs }) {
    if (this.#isStillUnderWay(at, reason)) {
      if (this.#request?.check) this.#request.check.overdue = true;
      return this.#mark(at, 'overdue', { reason });
    }
    const facts = { kind: 'failed', reason, httpStatus: this.snapshot?.error?.status ?? null };
    const request = this.#takeRequest(at);
    if (request?.check) Object.assign(request.check, facts);
    if (!Number.isFinite(retryInMs)) return;
    if (!request) {
      // Another tab's; how long it took is not told.
      this.#failures += 1;
      if (!this.#open.has('reconnects')) this.#store.add('checks', { ...facts, start: at, end: at, shared: true });
    }
    this.#waitFor(at, at + retryInMs, { reason });
  }

  /** A request that may re-establish the session counts as failed before it is given up: the plan is the same then. */
  #isStillUnderWay(at, reason) {
    if (reason !== 'timeout') return false;
    return this.#request ? !this.#request.ended : (this.snapshot?.nextCheckAt ?? 0) < at;
  }

  #waitFor(at, due, facts) {
    const known = this.#open.get('retries');
    // The plan in the snapshot is exact; the event comes a moment later.
    if (known?.guessed) return void Object.assign(known, { guessed: false }, facts);
    this.#close('retries', at);
    this.#begin('retries', { kind: 'wait', start: at, due, attempt: this.#failures + 1, reason: null, guessed: false, ...facts });
  }

  #planMoved(at, nextCheckAt) {
    const wait = this.#open.get('retries');
    if (!wait) return;
    if (nextCheckAt === null) this.#close('retries', at);
    else wait.due = nextCheckAt;
  }

  #healed(at) {
    this.#failures = 0;
    if (this.#open.get('retries')?.guessed) this.#drop('retries');
    else this.#close('retries', at);
  }

  #reconnecting(at) {
    return this.#open.get('reconnects') ?? this.#begin('reconnects', { kind: 'open', start: at, tries: 0 });
  }

  /** With the server's ticket, the check itself brings the session back: then nothing was told before. */
  #reconnected(at, { downtimeMs, epoch }) {
    this.#takeRequest(at);
    this.#healed(at);
    const item = this.#reconnecting(at);
    this.#close('reconnects', at, { kind: 'reconnected', downtimeMs, epoch });
    this.#store.startAt(item, at - downtimeMs);
  }

  /** Told every second: one span for all. */
  #expiring(at, { secondsLeft }) {
    const item = this.#open.get('warning') ?? this.#begin('moments', { kind: 'expiring', start: at }, 'warning');
    item.secondsLeft = secondsLeft;
    if (secondsLeft === 0) this.#close('warning', at);
  }

  #mark(at, kind, facts) {
    this.#store.add('moments', { kind, start: at, end: at, ...facts });
  }

  #begin(lane, facts, key = lane) {
    const item = this.#store.add(lane, { end: null, ...facts });
    this.#open.set(key, item);
    return item;
  }

  /** @returns {Item | undefined} what went on there */
  #close(key, at, facts = {}) {
    const item = this.#open.get(key);
    this.#open.delete(key);
    return item && Object.assign(item, facts, { end: at });
  }

  #drop(key) {
    this.#store.remove(this.#open.get(key));
    this.#open.delete(key);
  }
}
