/** A page that has just been loaded, with the real module in it and a backend that is a function. */
import assert from 'node:assert/strict';
import { aTaskLater, freshEntry, openPage } from './page.mjs';

export { aTaskLater, deferred, good, problem, settled } from './page.mjs';

export const VALIDATE = '/api/validate-session';
export const RECONNECT = '/api/reconnect';
export const LOGOUT = '/api/logout';

/** `close()` disposes of every session that was created, and takes the page away. */
export const openModule = async (href) => {
  const page = openPage(href);
  const entry = await freshEntry();
  const created = [];
  return {
    page,
    entry,
    /** A session whose backend answers by path: a Response, or a function that gives one. */
    create(answers = {}, options = {}) {
      const requests = [];
      const fetch = async (url, init) => {
        requests.push({ url, ...init, headers: Object.fromEntries(init?.headers ?? []) });
        const answer = typeof answers === 'function' ? answers : (answers[url] ?? assert.fail(`no answer for ${url}`));
        return typeof answer === 'function' ? answer(url, init) : answer.clone();
      };
      const session = entry.createKeepAlive({ fetch, login: false, crossTab: false, ...options });
      created.push(session);
      return { session, requests };
    },
    async close() {
      for (const session of created) session.dispose();
      await aTaskLater();
      page.remove();
    },
  };
};

/** Resolves with the next event of that name. */
export const next = (session, name) => new Promise((resolve) => {
  const remove = session.on(name, (event) => {
    remove();
    resolve(event);
  });
});
