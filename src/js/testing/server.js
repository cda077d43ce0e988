/**
 * A backend that speaks the protocol: sessions in its memory, which a restart forgets; reconnect tickets, and the log of what was
 * ended, which it does not. The browser's cookies are a Map with `session` and `ticket`.
 */

/** Those that are not 401. */
const STATUSES = { CONNECTION_REFUSED: 422, CSRF_REFUSED: 403, INVALID_REQUEST: 400 };

class Refusal {
  constructor(code) {
    this.code = code;
  }
}

/** What is left of a length of time; one that is undefined never ends. */
const left = (length, since, now) => (length === undefined ? Infinity : since + length - now);

/** As the protocol has it: whole seconds, null for "no such limit". */
const seconds = (length) => (length === Infinity ? null : Math.max(0, Math.floor(length / 1000)));

/**
 * @param now the wall clock
 * @param limits `{ idle, absolute, warnBefore, nextCheck }` in milliseconds, or undefined
 * @param accepts whether a credential is good
 * @param subject whose sessions these are
 */
export const createServer = ({ now, limits, accepts, subject }) => {
  const sessions = new Map();
  /** What the sealed tickets hold. */
  const tickets = new Map();
  /** Why a family has ended, as a code. */
  const ended = new Map();
  /** What came of a reconnect with a credential, by its idempotency key. */
  const reconnects = new Map();
  let last = 0;
  const fresh = (kind) => `${kind}-${(last += 1)}`;

  const end = (family, code) => {
    if (!ended.has(family)) ended.set(family, code);
  };
  const everything = () => [...sessions.values(), ...tickets.values()];

  const idleLeft = ({ lastActivity }) => left(limits.idle, lastActivity, now());
  const absoluteLeft = ({ created }) => left(limits.absolute, created, now());

  /** The record, unless its family is over for whatever reason. */
  const standing = (record) => {
    if (idleLeft(record) <= 0) end(record.family, 'SESSION_TIMEOUT');
    if (absoluteLeft(record) <= 0) end(record.family, 'SESSION_EXPIRED');
    if (ended.has(record.family)) throw new Refusal(ended.get(record.family));
    return record;
  };

  const answer = (record, reconnected, cookies) => {
    const [idle, absolute] = [idleLeft(record), absoluteLeft(record)];
    const body = {
      valid: true, reconnected, epoch: record.epoch, subject: record.subject, idleIn: seconds(idle), absoluteIn: seconds(absolute),
      warnIn: limits.warnBefore === undefined ? null : seconds(Math.min(idle, absolute) - limits.warnBefore),
      nextCheckIn: seconds(limits.nextCheck ?? Infinity),
    };
    return { status: 200, body, cookies };
  };

  const sealed = (record) => {
    const ticket = fresh('ticket');
    tickets.set(ticket, { ...record });
    return ticket;
  };

  /** A new session id for a record, and a ticket if there is to be one. */
  const establish = (record, reconnected, remember) => {
    const session = fresh('session');
    sessions.set(session, record);
    return answer(record, reconnected, { session, ...(remember && { ticket: sealed(record) }) });
  };

  const newFamily = () => ({ family: fresh('family'), epoch: 1, subject, created: now(), lastActivity: now() });

  /** The live session of these cookies. */
  const find = (jar) => {
    const record = sessions.get(jar.get('session'));
    return record && standing(record);
  };

  const check = (jar, activity) => {
    const record = find(jar);
    if (!record || !activity) return record && answer(record, false);
    record.lastActivity = now();
    // The ticket holds it too, for after a restart.
    return answer(record, false, jar.has('ticket') && { ticket: sealed(record) });
  };

  const byTicket = (jar, activity) => {
    const ticket = tickets.get(jar.get('ticket'));
    if (!ticket) throw new Refusal('SESSION_UNKNOWN');
    standing(ticket);
    // It may be back already.
    const live = [...sessions.values()].find(({ family }) => family === ticket.family);
    const record = live ?? { ...ticket, epoch: ticket.epoch + 1 };
    if (activity) record.lastActivity = now();
    return establish(record, true, true);
  };

  const mustBeGood = async ({ connectionString, ...rest }) => {
    if (!(await accepts(connectionString ?? rest))) throw new Refusal('CONNECTION_REFUSED');
  };

  const signIn = (jar, remember) => {
    const before = sessions.get(jar.get('session'));
    if (before) end(before.family, 'SESSION_REVOKED');
    return establish(newFamily(), false, remember);
  };

  const calls = {
    validate: (jar, { activity = false }) => check(jar, activity) ?? byTicket(jar, activity),
    async reconnect(jar, body, key) {
      if (Object.keys(body).length === 0) return (!jar.has('ticket') && check(jar, false)) || byTicket(jar, false);
      if (!key) throw new Refusal('INVALID_REQUEST');
      await mustBeGood(body);
      if (!reconnects.has(key)) reconnects.set(key, establish(newFamily(), true, false));
      return reconnects.get(key);
    },
    logout(jar, { everywhere = false }) {
      const own = sessions.get(jar.get('session')) ?? tickets.get(jar.get('ticket'));
      // All of them are the sessions of one subject.
      for (const { family } of own ? everything() : []) if (everywhere || family === own.family) end(family, 'SESSION_REVOKED');
      return { status: 204, cookies: { session: null, ticket: null } };
    },
    async connect(jar, { remember = true, ...credential }) {
      await mustBeGood(credential);
      return signIn(jar, remember);
    },
  };

  /** `{ status, body, cookies }`; a cookie that is null is removed. */
  const answering = async (work) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: STATUSES[error.code] ?? 401, body: { code: error.code } };
    }
  };

  return {
    call: (name, jar, headers, body) =>
      answering(() => {
        if (headers.get('x-session-keepalive') !== '1') throw new Refusal('CSRF_REFUSED');
        return calls[name](jar, body, headers.get('idempotency-key'));
      }),
    /** Protected work: `work` is given the session, and its answer is the answer. */
    protect: (jar, work) =>
      answering(() => {
        const record = find(jar);
        if (!record) throw new Refusal('SESSION_UNKNOWN');
        record.lastActivity = now();
        return work({ subject: record.subject, epoch: record.epoch });
      }),
    signIn,
    restart: () => sessions.clear(),
    /** Ends all that there is. */
    endAll(code) {
      for (const { family } of everything()) end(family, code);
    },
  };
};
