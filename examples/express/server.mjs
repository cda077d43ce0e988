// A backend as people write it by hand: sessions in a Map, lost at every restart, an answer of its own shape. It knows nothing of
// session-keepalive; `public/session.js` tells the module how to read it.
import { randomUUID } from 'node:crypto';
import { parse } from 'cookie';
import express from 'express';
import { open } from './database.mjs';

const DAY = 24 * 60 * 60 * 1000;
const MAX_SESSIONS = 10_000;

/** The application. `idle`: milliseconds without use after which a session ends. */
export function createApp({ idle = DAY, log = console.log } = {}) {
  const sessions = new Map();
  /** What a repeated reconnect was given the first time. */
  const repeated = new Map();
  const app = express();
  app.use(express.json());

  /** The session of a request, and if there is none, why. Looking is using. */
  const find = (req) => {
    const id = parse(req.headers.cookie ?? '').sid;
    const session = sessions.get(id);
    if (!session) return { error: 'Invalid session' };
    if (Date.now() - session.lastActivity > idle) {
      sessions.delete(id);
      log(`session expired, ${sessions.size} active`);
      return { error: 'Session expired' };
    }
    session.lastActivity = Date.now();
    return { id, session };
  };

  const begin = (connection) => {
    // The one that was created first goes: a Map keeps the order.
    if (sessions.size >= MAX_SESSIONS) sessions.delete(sessions.keys().next().value);
    const id = randomUUID();
    sessions.set(id, { connection, lastActivity: Date.now() });
    log(`session created, ${sessions.size} active`);
    return id;
  };

  app.post('/api/connect', (req, res) => {
    const key = req.headers['idempotency-key'];
    let id = repeated.get(key);
    if (!sessions.has(id)) {
      const connection = open(req.body?.connectionString);
      if (!connection) return res.status(400).json({ error: 'Could not connect' });
      sessions.delete(parse(req.headers.cookie ?? '').sid);
      id = begin(connection);
      if (key) {
        repeated.set(key, id);
        setTimeout(() => repeated.delete(key), 120_000).unref();
      }
    }
    res.cookie('sid', id, { httpOnly: true, sameSite: 'strict' });
    res.json({ ok: true, database: sessions.get(id).connection.name });
  });

  app.post('/api/validate-session', (req, res) => {
    const { session, error } = find(req);
    if (session) return res.json({ ok: true, database: session.connection.name, expiresInMs: idle });
    log(`validation failed: ${error}`);
    res.status(401).json({ error });
  });

  app.post('/api/disconnect', (req, res) => {
    sessions.delete(find(req).id);
    res.clearCookie('sid', { httpOnly: true, sameSite: 'strict' });
    res.json({ ok: true });
  });

  app.get('/api/tables', (req, res) => {
    const { session, error } = find(req);
    if (session) res.json({ tables: session.connection.tables });
    else res.status(401).json({ error });
  });

  return app;
}
