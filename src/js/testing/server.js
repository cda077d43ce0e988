// @ts-check
/**
 * A backend that speaks the protocol: sessions in its memory, which a restart forgets; reconnect tickets, and the log of what was
 * ended, which it does not. The browser's cookies are a Map with `session` and `ticket`.
 */

/** @typedef {ReturnType<typeof createServer>} Server */
/** @typedef {'validate' | 'reconnect' | 'logout' | 'connect'} CallName */
/** @typedef {{ session?: string | null, ticket?: string | null }} Cookies one that is null is removed */
/** @typedef {Map<string, string>} Jar */
/** @typedef {{ family: string, epoch: number, subject: string, created: number, lastActivity: number }} SessionRecord */
/** @typedef {{ status: number, body?: object, cookies?: Cookies }} ServerAnswer */

/** Those that are not 401. @type {Record<string, number>} */
const STATUSES = { CONNECTION_REFUSED: 422, CSRF_REFUSED: 403, INVALID_REQUEST: 400 };

class Refusal {
  /** @param {string} code */
  constructor(code) {
    this.code = code;
  }
}

/** What is left of a length of time; one that is undefined never ends. @param {number | undefined} length @param {number} since @param {number} now */
const left = (length, since, now) => (length === undefined ? Infinity : since + length - now);

/** As the protocol has it: whole seconds, null for "no such limit". @param {number} length */
const seconds = (length) => (length === Infinity ? null : Math.max(0, Math.floor(length / 1000)));

/**
 * @param {object} parts
 * @param {() => number} parts.now the wall clock
 * @param {Partial<Record<'idle' | 'absolute' | 'warnBefore' | 'nextCheck', number>>} parts.limits in milliseconds
 * @param {(credential: unknown) => boolean | Promise<boolean>} parts.accepts whether a credential is good
 * @param {string} parts.subject whose sessions these are
 */
export const createServer = ({ now, limits, accepts, subject }) => {
  /** @type {Map<string, SessionRecord>} */
  const sessions = new Map();
  /** What the sealed tickets hold. @type {Map<string, SessionRecord>} */
  const tickets = new Map();
  /** Why a family has ended, as a code. @type {Map<string, string>} */
  const ended = new Map();
  /** What came of a reconnect with a credential, by its idempotency key. @type {Map<string, ServerAnswer>} */
  const reconnects = new Map();
  let last = 0;
  /** @param {string} kind */
  const fresh = (kind) => `${kind}-${(last += 1)}`;

  /** @param {string} family @param {string} code */
  const end = (family, code) => {
    if (!ended.has(family)) ended.set(family, code);
  };
  const everything = () => [...sessions.values(), ...tickets.values()];

  /** @param {SessionRecord} record */
  const idleLeft = ({ lastActivity }) => left(limits.idle, lastActivity, now());
  /** @param {SessionRecord} record */
  const absoluteLeft = ({ created }) => left(limits.absolute, created, now());

  /** The record, unless its family is over for whatever reason. @param {SessionRecord} record */
  const standing = (record) => {
    if (idleLeft(record) <= 0) end(record.family, 'SESSION_TIMEOUT');
    if (absoluteLeft(record) <= 0) end(record.family, 'SESSION_EXPIRED');
    const over = ended.get(record.family);
    if (over !== undefined) throw new Refusal(over);
    return record;
  };

  /**
   * @param {SessionRecord} record
   * @param {boolean} reconnected
   * @param {Cookies} [cookies]
   * @returns {ServerAnswer}
   */
  const answer = (record, reconnected, cookies) => {
    const [idle, absolute] = [idleLeft(record), absoluteLeft(record)];
    const body = {
      valid: true, reconnected, epoch: record.epoch, subject: record.subject, idleIn: seconds(idle), absoluteIn: seconds(absolute),
      warnIn: limits.warnBefore === undefined ? null : seconds(Math.min(idle, absolute) - limits.warnBefore),
      nextCheckIn: seconds(limits.nextCheck ?? Infinity),
    };
    return { status: 200, body, cookies };
  };

  /** @param {SessionRecord} record */
  const sealed = (record) => {
    const ticket = fresh('ticket');
    tickets.set(ticket, { ...record });
    return ticket;
  };

  /**
   * A new session id for a record, and a ticket if there is to be one.
   * @param {SessionRecord} record
   * @param {boolean} reconnected
   * @param {boolean} remember
   */
  const establish = (record, reconnected, remember) => {
    const session = fresh('session');
    sessions.set(session, record);
    return answer(record, reconnected, { session, ...(remember && { ticket: sealed(record) }) });
  };

  const newFamily = () => ({ family: fresh('family'), epoch: 1, subject, created: now(), lastActivity: now() });

  /** @param {Map<string, SessionRecord>} records @param {string | undefined} cookie */
  const named = (records, cookie) => (cookie === undefined ? undefined : records.get(cookie));

  /** The live session of these cookies. @param {Jar} jar */
  const find = (jar) => {
    const record = named(sessions, jar.get('session'));
    return record && standing(record);
  };

  /** @param {Jar} jar @param {boolean} activity */
  const check = (jar, activity) => {
    const record = find(jar);
    if (!record || !activity) return record && answer(record, false);
    record.lastActivity = now();
    // The ticket holds it too, for after a restart.
    return answer(record, false, jar.has('ticket') ? { ticket: sealed(record) } : undefined);
  };

  /** @param {Jar} jar @param {boolean} activity */
  const byTicket = (jar, activity) => {
    const ticket = named(tickets, jar.get('ticket'));
    if (!ticket) throw new Refusal('SESSION_UNKNOWN');
    standing(ticket);
    // It may be back already.
    const live = [...sessions.values()].find(({ family }) => family === ticket.family);
    const record = live ?? { ...ticket, epoch: ticket.epoch + 1 };
    if (activity) record.lastActivity = now();
    return establish(record, true, true);
  };

  /** @param {Record<string, unknown>} body */
  const mustBeGood = async ({ connectionString, ...rest }) => {
    if (!(await accepts(connectionString ?? rest))) throw new Refusal('CONNECTION_REFUSED');
  };

  /** @param {Jar} jar @param {boolean} remember */
  const signIn = (jar, remember) => {
    const before = named(sessions, jar.get('session'));
    if (before) end(before.family, 'SESSION_REVOKED');
    return establish(newFamily(), false, remember);
  };

  /** @type {Record<CallName, (jar: Jar, body: any, key: string | null) => ServerAnswer | Promise<ServerAnswer>>} */
  const calls = {
    validate: (jar, { activity = false }) => check(jar, activity) ?? byTicket(jar, activity),
    async reconnect(jar, body, key) {
      if (Object.keys(body).length === 0) return (!jar.has('ticket') && check(jar, false)) || byTicket(jar, false);
      if (!key) throw new Refusal('INVALID_REQUEST');
      await mustBeGood(body);
      const made = reconnects.get(key) ?? establish(newFamily(), true, false);
      reconnects.set(key, made);
      return made;
    },
    logout(jar, { everywhere = false }) {
      const own = named(sessions, jar.get('session')) ?? named(tickets, jar.get('ticket'));
      // All of them are the sessions of one subject.
      for (const { family } of own ? everything() : []) if (everywhere || family === own?.family) end(family, 'SESSION_REVOKED');
      return { status: 204, cookies: { session: null, ticket: null } };
    },
    async connect(jar, { remember = true, ...credential }) {
      await mustBeGood(credential);
      return signIn(jar, remember);
    },
  };

  /**
   * What comes of the work, or the refusal that it has thrown.
   * @template T
   * @param {() => T | Promise<T>} work
   * @returns {Promise<T | ServerAnswer>}
   */
  const answering = async (work) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: STATUSES[error.code] ?? 401, body: { code: error.code } };
    }
  };

  return {
    /**
     * @param {CallName} name
     * @param {Jar} jar
     * @param {Headers} headers
     * @param {any} body
     */
    call: (name, jar, headers, body) =>
      answering(() => {
        if (headers.get('x-session-keepalive') !== '1') throw new Refusal('CSRF_REFUSED');
        return calls[name](jar, body, headers.get('idempotency-key'));
      }),
    /**
     * Protected work: `work` is given the session, and its answer is the answer.
     * @template T
     * @param {Jar} jar
     * @param {(session: { subject: string, epoch: number }) => T | Promise<T>} work
     */
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
    endAll(/** @type {string} */ code) {
      for (const { family } of everything()) end(family, code);
    },
  };
};
