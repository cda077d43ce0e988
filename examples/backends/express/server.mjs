// The protocol of session-keepalive in Express: sessions in memory, which a restart forgets, and a signed ticket in a
// cookie, which brings them back.
//
//   npm ci && TICKET_KEY=$(openssl rand -hex 32) node server.mjs
//
// The key must be the same after every restart, and so must ENDED_FILE, which holds what was signed out.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parse } from 'cookie';
import express from 'express';

const { PORT = '3000', TICKET_KEY = '', ENDED_FILE = 'ended.jsonl', IDLE = '86400', ABSOLUTE = '2592000' } = process.env;
const { ORIGIN = `http://127.0.0.1:${PORT}` } = process.env;
if (TICKET_KEY.length < 64) throw new Error('TICKET_KEY must be 32 random bytes in hex: openssl rand -hex 32');
const [idle, absolute] = [Number(IDLE), Number(ABSOLUTE)]; // seconds

// --- What is yours: who may sign in -------------------------------------------------------------------------------
const ACCOUNTS = { alice: 'wonderland' }; // a real application keeps hashes, and slows down who guesses
const isRight = (name, password) => Object.hasOwn(ACCOUNTS, name) && ACCOUNTS[name] === password;

// --- Refusals: RFC 9457 with the protocol's code -------------------------------------------------------------------
class Refusal extends Error {
  constructor(status, code, detail, { retryAfter, clearsCookies = false } = {}) {
    super(detail);
    Object.assign(this, { status, code, retryAfter, clearsCookies });
  }
}
const unknown = () => new Refusal(401, 'SESSION_UNKNOWN', 'There is no such session.');

// --- Sessions ------------------------------------------------------------------------------------------------------
// One sign-in is a family: { family, id, subject, created, active, epoch, remember }. The id is the secret in the cookie.
const sessions = new Map();
// What was signed out must stay so over a restart: families, and per subject the moment they signed out everywhere.
const endedFamilies = new Set();
const endedSubjects = new Map();
const now = () => Date.now() / 1000;
const secret = () => randomBytes(32).toString('base64url');
const same = (a, b) => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

const learn = ({ family, subject, before }) => (family ? endedFamilies.add(family) : endedSubjects.set(subject, before));
if (existsSync(ENDED_FILE)) readFileSync(ENDED_FILE, 'utf8').split('\n').filter(Boolean).map((line) => learn(JSON.parse(line)));

/** Ends for good: on the disk first, then here. A disk that fails is a 503, so that the module asks again. */
const end = (what) => {
  try {
    appendFileSync(ENDED_FILE, `${JSON.stringify(what)}\n`, { flush: true });
  } catch {
    throw new Refusal(503, 'STORE_UNAVAILABLE', 'What ends cannot be written down now.', { retryAfter: 5 });
  }
  learn(what);
};

const refuseEnded = ({ family, subject, created, active }) => {
  const refuse = (code, detail) => { throw new Refusal(401, code, detail); };
  if (endedFamilies.has(family) || created <= endedSubjects.get(subject)) refuse('SESSION_REVOKED', 'The session was signed out.');
  if (now() >= active + idle) refuse('SESSION_TIMEOUT', 'Nobody has used the session for too long.');
  if (now() >= created + absolute) refuse('SESSION_EXPIRED', 'The session is too old.');
};

const begin = (session) => {
  sessions.set(session.family, session);
  return session;
};
const lastMoment = ({ active, created }) => Math.min(active + idle, created + absolute);
setInterval(() => {
  for (const [family, session] of sessions) if (now() >= lastMoment(session)) sessions.delete(family);
}, 60_000).unref();

// --- The ticket: what is needed to go on, signed. It holds no secret of the person; seal yours if it does. ---------
const sign = (text) => createHmac('sha256', Buffer.from(TICKET_KEY, 'hex')).update(`ticket ${ORIGIN} ${text}`).digest('base64url');

const ticketOf = ({ family, subject, created, active, epoch }) => {
  const text = Buffer.from(JSON.stringify({ family, subject, created, active, epoch })).toString('base64url');
  return `${text}.${sign(text)}`;
};

/** The ticket of this request; undefined if it has none, null if it cannot be trusted. */
const readTicket = ({ cookies }) => {
  if (!cookies[TICKET]) return undefined;
  const [text, signature = ''] = cookies[TICKET].split('.');
  return same(signature, sign(text)) ? JSON.parse(Buffer.from(text, 'base64url')) : null;
};

/** The session that this request names and this process knows. */
const readSession = ({ cookies }) => {
  const [family, id = ''] = (cookies[SESSION] ?? '').split('.');
  const session = sessions.get(family);
  return session && same(session.id, id) ? session : undefined;
};

/** The session of this request: live, or brought back by its ticket. */
const establish = (req) => {
  const live = readSession(req);
  if (live) {
    refuseEnded(live);
    return { session: live, reconnected: false };
  }
  const ticket = readTicket(req);
  if (ticket === undefined) throw unknown();
  if (ticket === null) throw new Refusal(401, 'RECONNECT_REFUSED', 'The ticket is not ours.', { clearsCookies: true });
  refuseEnded(ticket);
  // Another tab may have been faster: then this is the same session, not a second one.
  const back = sessions.get(ticket.family) ?? begin({ ...ticket, id: secret(), epoch: ticket.epoch + 1, remember: true });
  return { session: back, reconnected: true };
};

// --- Cookies: out of the reach of script. Plain http is for this machine, where ports share their cookies. ----------
const secure = ORIGIN.startsWith('https:');
const [SESSION, TICKET] = ['session', 'ticket'].map((name) => (secure ? `__Host-${name}` : `${name}-${PORT}`));
const look = { httpOnly: true, secure, sameSite: 'strict', path: '/' };

const clearCookies = (res) => res.clearCookie(SESSION, look).clearCookie(TICKET, look);

const answer = (res, session, { reconnected = false, cookies = true } = {}) => {
  const secondsTo = (at) => Math.max(0, Math.floor(at - now()));
  const [idleIn, absoluteIn] = [secondsTo(session.active + idle), secondsTo(session.created + absolute)];
  const left = Math.min(idleIn, absoluteIn);
  if (cookies) {
    res.cookie(SESSION, `${session.family}.${session.id}`, look);
    if (session.remember) res.cookie(TICKET, ticketOf(session), { ...look, maxAge: left * 1000 });
    else res.clearCookie(TICKET, look);
  }
  const { epoch, subject } = session;
  res.json({ valid: true, reconnected, epoch, subject, idleIn, absoluteIn, warnIn: Math.max(0, left - 300), nextCheckIn: null });
};

// --- The calls -----------------------------------------------------------------------------------------------------
const app = express();

/** Cross-site requests can't work. */
app.use('/api', (req, res, next) => {
  res.set('cache-control', 'no-store');
  const { host, origin, 'sec-fetch-site': site } = req.headers;
  const foreign = origin === undefined ? !['same-origin', 'none', undefined].includes(site) : origin !== ORIGIN;
  const changes = !['GET', 'HEAD', 'OPTIONS'].includes(req.method);
  const marked = req.headers['x-session-keepalive'] === '1' && /^application\/json(; *charset=utf-8)?$/i.test(req.headers['content-type']);
  if (host !== new URL(ORIGIN).host || foreign || (changes && !marked)) {
    throw new Refusal(403, 'CSRF_REFUSED', `Call from ${ORIGIN}, with x-session-keepalive: 1 and content-type: application/json.`);
  }
  req.cookies = parse(req.headers.cookie ?? '');
  next();
});
app.use(express.json({ limit: '16kb' }));

/** The fields of a body, each of a type; one that nobody knows is a mistake. An empty body equals `{}`. */
const fields = (body = {}, known) => {
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(known, name) || typeof value !== typeof known[name]) {
      throw new Refusal(400, 'INVALID_REQUEST', `The field '${name}' is unknown or of the wrong type.`);
    }
  }
  return { ...known, ...body };
};

app.post('/api/connect', (req, res) => {
  const { name, password, remember } = fields(req.body, { name: '', password: '', remember: true });
  if (!isRight(name, password)) throw new Refusal(422, 'CONNECTION_REFUSED', 'Name or password is wrong.');
  // A new id for a new sign-in: whoever knew the one before knows nothing.
  const before = readSession(req) ?? readTicket(req);
  if (before) end({ family: before.family });
  const [family, at] = [secret(), now()];
  answer(res, begin({ family, id: secret(), subject: name, created: at, active: at, epoch: 1, remember }));
});

app.post('/api/validate-session', (req, res) => {
  const { activity } = fields(req.body, { activity: false });
  const { session, reconnected } = establish(req);
  if (activity) session.active = now();
  // A new ticket whenever it would say something new.
  answer(res, session, { reconnected, cookies: reconnected || activity });
});

app.post('/api/reconnect', (req, res) => {
  fields(req.body, {});
  const { session } = establish(req);
  answer(res, session, { reconnected: true });
});

app.post('/api/logout', (req, res) => {
  const { everywhere } = fields(req.body, { everywhere: false });
  // The ticket counts too: this may be the first request after a restart.
  const session = readSession(req) ?? readTicket(req);
  if (session) end(everywhere ? { subject: session.subject, before: now() } : { family: session.family });
  clearCookies(res).status(204).end();
});

/** What is protected says SESSION_UNKNOWN where the session is lost; `session.fetch` brings it back and asks again. */
app.get('/api/me', (req, res) => {
  const session = readSession(req);
  if (!session) throw unknown();
  refuseEnded(session);
  res.json({ subject: session.subject });
});

const refusalOf = (error) => {
  if (error instanceof Refusal) return error;
  if (error.type === 'entity.too.large') return new Refusal(413, 'PAYLOAD_TOO_LARGE', 'The body is too large.');
  if (error.type === 'entity.parse.failed') return new Refusal(400, 'INVALID_REQUEST', 'The body is not JSON.');
  console.error(error);
  return new Refusal(500, undefined, 'Something failed here.');
};

app.use((error, req, res, next) => {
  if (res.headersSent) return next(error);
  const { status, code, message: detail, retryAfter, clearsCookies } = refusalOf(error);
  if (retryAfter) res.set('retry-after', String(retryAfter));
  if (clearsCookies) clearCookies(res);
  res.status(status).type('application/problem+json').send(JSON.stringify({ type: 'about:blank', status, code, detail }));
});

app.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}`));
