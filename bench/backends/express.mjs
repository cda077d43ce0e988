// The session check as an Express application has it: express-session with its usual settings, on the store named.
//   node express.mjs memory | redis URL | postgres URL
// Prints its address.
import express from 'express';
import session from 'express-session';

const stores = {
  memory: () => new session.MemoryStore(),
  async redis(url) {
    const [{ RedisStore }, { createClient }] = await Promise.all([import('connect-redis'), import('redis')]);
    return new RedisStore({ client: await createClient({ url }).connect() });
  },
  async postgres(url) {
    const [{ default: connect }, { default: pg }] = await Promise.all([import('connect-pg-simple'), import('pg')]);
    return new (connect(session))({ pool: new pg.Pool({ connectionString: url, max: 16 }), createTableIfMissing: true });
  },
};

const [kind, url] = process.argv.slice(2);
const app = express();
app.use(session({
  store: await stores[kind](url),
  secret: 'only for measuring',
  name: 'session',
  resave: false,
  saveUninitialized: false,
  cookie: { httpOnly: true, sameSite: 'strict', maxAge: 86_400_000 },
}));

const answer = { valid: true, reconnected: false, epoch: 1, subject: null, idleIn: 86_400, absoluteIn: 2_592_000, warnIn: 86_100, nextCheckIn: null };
app.post('/api/connect', express.json(), (request, response, next) => {
  request.session.regenerate((error) => {
    if (error) return next(error);
    request.session.credential = request.body.connectionString;
    response.json(answer);
  });
});
app.post('/api/validate-session', express.json(), (request, response) => {
  if (!request.session.credential) return response.status(401).json({ code: 'SESSION_UNKNOWN' });
  response.json(answer);
});

const server = app.listen(0, '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`http://127.0.0.1:${server.address().port}`);
});
