// Requests made up from the API's description, good ones and bad ones, against the real server with real sessions: no
// server error, and no answer that the description does not have. `npm run fuzz:api` does many more of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inRoot } from '../../tools/lib/paths.mjs';
import { run } from '../../tools/lib/run.mjs';
import { ensureSchemathesis } from '../../tools/test/schemathesis.mjs';
import { Backend, metric } from '../e2e/support/backend.mjs';

/** Requests per call and phase; which ones is up to the seed. */
const { FUZZ_EXAMPLES: examples = '150', FUZZ_SEED: seed = '1' } = process.env;

test('the server answers as its description says, whatever it is sent', async (t) => {
  const schemathesis = await ensureSchemathesis();
  // A target where nobody listens is part of it. Every request signs in anew, and none is to push out another's session.
  const backend = await Backend.create({
    allowTargets: ['postgres://127.0.0.1:1'], policy: ['limits.per_subject=10000'], pages: false,
  });
  t.after(() => backend.remove());
  const result = await run(schemathesis, [
    '--config-file', inRoot('tests', 'api', 'schemathesis.toml'),
    'run', `${backend.own}/openapi.json`,
    '--checks', 'all', '--max-examples', examples, '--seed', seed, '--request-timeout', '20',
    '--no-color',
  ], {
    cwd: backend.folder,
    show: 'none',
    mayFail: true,
    env: { SERVER: backend.own, SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: inRoot('tests', 'api'), PYTHONDONTWRITEBYTECODE: '1' },
  });
  const said = `${result.stdout}\n${result.stderr}\nthe server's log:\n${backend.log.split('\n').slice(-20).join('\n')}`;
  assert.ok(result.ok, `again with: npm run fuzz:api -- --examples ${examples} --seed ${seed}\n${said}`);
  console.log(result.stdout.slice(result.stdout.indexOf('= SUMMARY =')));

  // It has to have met live sessions, and refusals of every kind that the data can cause.
  const metrics = await backend.metrics();
  const answered = (route, status) => metric(metrics, 'session_keepalive_http_requests_total', { route, status });
  for (const [route, statuses] of Object.entries({
    '/api/connect': ['200', '400', '403', '422', '503'],
    '/api/validate-session': ['200', '400', '401', '403'],
    '/api/reconnect': ['200', '400', '401', '403'],
    '/api/logout': ['204', '400', '403'],
    '/api/sessions': ['200', '204', '401'],
    '/api/sessions/{handle}': ['204', '401', '404'],
    '/api/database': ['200', '401'],
  })) {
    for (const status of statuses) assert.ok(answered(route, status) > 0, `${route} was never answered ${status}:\n${said}`);
  }
});
