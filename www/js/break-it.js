// The ways to break the backend, and what is in force there. Each is a form: its `data-call` is the path, its fields the body.
import { call } from './api.js';
import { at, write } from './dom.js';
import { valuesOf, watchFields } from './fields.js';
import { downInWords, inWords } from './in-force.js';
import { onPress, perform } from './press.js';

/** What to tell when it is done. What is in force is said elsewhere. @type {Record<string, (body: Record<string, any>) => string>} */
const DONE = {
  '/demo/restart': () => 'The backend restarts and has forgotten every session. Go on typing: the next check brings yours back.',
  '/demo/stop': ({ seconds }) => `The backend is stopped for ${seconds} s. Go on typing: the session is kept.`,
  '/demo/fault': ({ kind }) => (kind === 'refuse-reconnect'
    ? 'The backend has forgotten the session and refuses to re-establish it. The next check leads to the login page.'
    : 'Done. The session is kept, and asked for until the backend answers normally again.'),
  '/demo/clock': () => 'The server’s clock is set.',
  '/demo/session/revoke': () => 'The session is revoked. The next check leads to the login page.',
  '/demo/session/expire': ({ limit, seconds }) => `The ${limit} limit is ${seconds} s away. The first check after it leads to the login page.`,
  '/demo/ticket': () => 'The credential is gone. The session lives until the next restart.',
};

/** What ends the process, and how that is called while it is away. */
const ENDS = { '/demo/restart': 'restarting', '/demo/stop': 'stopped' };

/**
 * @param {import('/dist/index.js').KeepAlive} session
 * @param {ReturnType<import('./backend.js').watchBackend>} backend
 */
export function wireBreakIt(session, backend) {
  backend.watch(show);

  /** The one way to do something to the backend. */
  const send = async (method, path, body) => {
    if (backend.isDown) throw new Error(`Nothing was sent. ${at('in-force').textContent}`);
    try {
      await call(method, path, body);
    } catch (error) {
      // Perhaps because it is down: then that is said.
      await backend.refresh();
      throw error;
    }
    await (ENDS[path] ? backend.ends(ENDS[path], body.seconds) : backend.refresh());
  };

  /** Restarts the backend and does something to the new process, before anybody is re-established if it is quick enough. */
  const afterRestart = async (act, done) => {
    const { epoch } = session.getSnapshot();
    await send('POST', '/demo/restart', {});
    await backend.untilUp();
    await act();
    return session.getSnapshot().epoch === epoch ? done : 'A check came first: the session was re-established before. Try once more.';
  };

  for (const form of at('break-it').querySelectorAll('form')) {
    watchFields(form);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const { submitter } = event;
      const body = valuesOf(form);
      if (!body) return;
      if (submitter.name) body[submitter.name] = submitter.value;
      const path = form.dataset.call;
      const act = () => send(form.dataset.method ?? 'POST', path, body);
      perform(submitter, at('break-result'), async () => {
        if ('afterRestart' in form.dataset) return afterRestart(act, DONE[path](body));
        await act();
        return DONE[path](body);
      });
    });
  }
  onPress(at('restart'), at('result'), async () => {
    await send('POST', '/demo/restart', {});
    return DONE['/demo/restart']();
  });
  onPress(at('normal'), at('break-result'), async () => {
    // The fault last: once it is gone the session heals, and other tabs ask what is in force.
    if (at('skew').getAttribute('aria-pressed') === 'true') await send('POST', '/demo/clock', { aheadSeconds: 0 });
    await send('DELETE', '/demo/fault');
    return 'The backend answers normally again.';
  });
}

/** @param {import('./backend.js').View} view */
function show({ state, endsAt, down, refusal }) {
  const words = refusal ?? (down ? downInWords(down) : inWords(state, endsAt));
  write(at('in-force'), words);
  at('in-force').dataset.tone = down ? 'down' : state?.fault || state?.clockAheadSeconds ? 'broken' : 'normal';
  const section = at('break-it');
  for (const button of section.querySelectorAll('[name="kind"]')) {
    button.setAttribute('aria-pressed', String(button.value === state?.fault?.kind));
  }
  at('skew').setAttribute('aria-pressed', String(Boolean(state?.clockAheadSeconds)));
  // Not `disabled`: they can be reached, and say why they do nothing.
  for (const button of [at('restart'), ...section.querySelectorAll('button')]) {
    if (down) button.setAttribute('aria-disabled', 'true');
    else button.removeAttribute('aria-disabled');
  }
}
