// The React adapter, under both versions of React that it is for.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { build } from 'esbuild';
import { createTestWorld } from 'session-keepalive/testing';
import { dist, good, openChannels, openDocument } from './support.mjs';

// Before React is imported, which looks for it.
const page = openDocument();
const folder = await mkdtemp(join(tmpdir(), 'session-keepalive-react-'));
after(async () => {
  await rm(folder, { recursive: true, force: true });
  await page.close();
});
globalThis.IS_REACT_ACT_ENVIRONMENT = true;
// React's act() opens one at a time and closes none; in Node each would keep the process alive.
globalThis.MessageChannel = class {
  port1 = {};
  port2 = { postMessage: () => setImmediate(() => this.port1.onmessage()) };
};

/** The adapter as it is published, with this version of React, as an application's bundler would put them together. */
const bundled = async (react, reactDom) => {
  const contents = `
    export * as React from 'react';
    export { createRoot, hydrateRoot } from 'react-dom/client';
    export { renderToString } from 'react-dom/server';
    export { act as testAct } from 'react-dom/test-utils';
    export * as adapter from ${JSON.stringify(dist('react.js'))};`;
  const outfile = join(folder, `${react}.mjs`);
  await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true, format: 'esm', platform: 'node', outfile, logLevel: 'error',
    alias: { react, 'react-dom': reactDom },
    // React's own files are CommonJS.
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(${JSON.stringify(import.meta.url)});` },
  });
  return import(outfile);
};

for (const [react, reactDom] of [['react', 'react-dom'], ['react-18', 'react-dom-18']]) {
  const { React, createRoot, hydrateRoot, renderToString, testAct, adapter } = await bundled(react, reactDom);
  const { SessionKeepAlive, SessionProvider, useExpiring, useSession } = adapter;
  const { createElement: h, StrictMode, useEffect, useLayoutEffect, useState } = React;
  const act = React.act ?? testAct;

  describe(`React ${React.version}`, () => {
    let channels;
    let root;
    beforeEach(() => {
      page.renew();
      channels = openChannels();
    });
    afterEach(async () => {
      await act(() => root?.unmount());
      root = null;
      channels.restore();
    });
    const render = (element) => {
      root ??= createRoot(page.root);
      return act(async () => root.render(element));
    };

    const Status = ({ seen }) => {
      const { status, subject } = useSession();
      seen?.push(status);
      return `${status} ${subject}`;
    };
    /** Renders until the status is that. */
    const until = async (status) => {
      for (let turns = 0; !page.text().includes(status); turns += 1) {
        assert.ok(turns < 1000, `it stays ${page.text()}`);
        await act(() => new Promise((resolve) => { setImmediate(resolve); }));
      }
    };
    const requests = [];
    const fetch = async (url, init) => {
      requests.push([url, init?.headers]);
      return good();
    };
    beforeEach(() => { requests.length = 0; });

    // --- a session of the component's own ---

    test('it keeps a session while it is mounted, and disposes of it then', async () => {
      await render(h(SessionKeepAlive, { fetch }, h(Status)));
      await until('connected alice');
      assert.equal(channels.count(), 1);
      await act(() => root.unmount());
      root = null;
      assert.equal(channels.count(), 0);
    });

    test('StrictMode mounts twice, and leaves one session and one request', async () => {
      await render(h(StrictMode, null, h(SessionKeepAlive, { fetch }, h(Status))));
      await until('connected');
      assert.equal(channels.count(), 1);
      assert.equal(requests.length, 1);
    });

    test('a session is there also where no child asks for it', async () => {
      await render(h(StrictMode, null, h(SessionKeepAlive, { fetch }, 'text')));
      for (let turns = 0; requests.length === 0; turns += 1) {
        assert.ok(turns < 1000);
        await act(() => new Promise((resolve) => { setImmediate(resolve); }));
      }
      assert.equal(channels.count(), 1);
    });

    test('options made anew at each render change nothing, but the latest functions count', async () => {
      let setUser;
      const App = () => {
        const [user, set] = useState('a');
        setUser = set;
        return h(SessionKeepAlive, { fetch: (...given) => fetch(...given), headers: () => ({ user }), retry: { base: 500 } }, h(Check));
      };
      let check;
      const Check = () => {
        const session = useSession();
        check = session.check;
        return session.status;
      };
      await render(h(App));
      await until('connected');
      await act(() => setUser('b'));
      await act(() => setUser('c'));
      assert.equal(requests.length, 1);
      await act(() => check());
      assert.deepEqual(requests.map(([, headers]) => headers.get('user')), ['a', 'c']);
      assert.equal(channels.count(), 1);
    });

    test('another key is another session', async () => {
      await render(h(SessionKeepAlive, { key: 'a', fetch }, h(Status)));
      await until('connected');
      await render(h(SessionKeepAlive, { key: 'b', fetch, name: 'b' }, h(Status)));
      await until('connected');
      assert.equal(requests.length, 2);
      assert.equal(channels.count(), 1);
    });

    test('a mistake in the options is thrown where an error boundary sees it', async (t) => {
      const errors = [];
      class Boundary extends React.Component {
        state = {};
        static getDerivedStateFromError = (error) => ({ error });
        componentDidCatch(error) { errors.push(error); }
        render() { return this.state.error ? 'failed' : this.props.children; }
      }
      t.mock.method(console, 'error', () => {});
      await render(h(Boundary, null, h(SessionKeepAlive, { intervall: '5m' }, h(Status))));
      assert.equal(page.text(), 'failed');
      assert.match(errors[0].message, /`intervall`/);
    });

    test('effects of children, layout effects too, can use the session at once', async () => {
      const done = [];
      const Child = () => {
        const session = useSession();
        useLayoutEffect(() => { session.fetch('/layout').then(() => done.push('layout')); }, []);
        useEffect(() => { session.fetch('/effect').then(() => done.push('effect')); }, []);
        return session.status;
      };
      await render(h(SessionKeepAlive, { fetch }, h(Child)));
      await until('connected');
      assert.deepEqual(done.sort(), ['effect', 'layout']);
      assert.equal(channels.count(), 1);
    });

    test('what is called after the end makes no new session', async () => {
      let kept;
      const Keep = () => { kept = useSession(); return kept.status; };
      await render(h(SessionKeepAlive, { fetch }, h(Keep)));
      await until('connected');
      await act(() => root.unmount());
      root = null;
      assert.equal((await kept.check()).status, 'inactive');
      assert.ok((await kept.fetch('/after')).ok);
      assert.equal(channels.count(), 0);
    });

    // --- a session of the application's ---

    const worldly = async (options, element, worldOptions) => {
      const world = createTestWorld(worldOptions);
      const session = world.createKeepAlive(options);
      await render(h(SessionProvider, { session }, element));
      await act(() => world.settle());
      return { world, session, advance: (duration) => act(() => world.advance(duration)) };
    };

    test('every change is rendered, once, and nothing else is', async () => {
      const seen = [];
      const { world, session, advance } = await worldly({}, h(Status, { seen }));
      assert.equal(page.text(), 'connected alice');
      let changes = 0;
      session.subscribe(() => { changes += 1; });
      const before = seen.length;
      world.simulate.restart();
      world.simulate.slow('20s');
      // React 18 renders what an act() has brought at its end.
      for (let minutes = 0; minutes < 6; minutes += 0.25) await advance('15s');
      assert.ok(seen.includes('degraded') && changes > 1, `${seen}`);
      assert.equal(page.text(), 'connected alice');
      const rendered = seen.length - before;
      assert.ok(rendered > 0 && rendered <= changes, `${rendered} renders, ${changes} changes`);
      const quiet = seen.length;
      world.tab.act();
      await advance('1m');
      assert.equal(seen.length, quiet);
    });

    test('a check renders only where something was read that it has changed', async () => {
      const renders = { status: 0, lastOkAt: 0, nothing: 0 };
      const Reads = ({ field }) => {
        const session = useSession();
        renders[field] += 1;
        return `${field}: ${session[field]} `;
      };
      const { world, session, advance } = await worldly({}, Object.keys(renders).map((field) => h(Reads, { key: field, field })));
      const [before, checked] = [{ ...renders }, world.requests.length];
      // One check each. React 18 renders what an act() has brought at its end.
      for (let i = 0; i < 2; i += 1) await advance('6m');
      assert.equal(world.requests.length, checked + 2);
      assert.deepEqual(renders, { ...before, lastOkAt: before.lastOkAt + 2 });
      assert.equal(page.text(), `status: connected lastOkAt: ${session.getSnapshot().lastOkAt} nothing: undefined `);
    });

    test('the functions stay the same, the object until something changes', async () => {
      const given = [];
      let again;
      const Keep = () => {
        [, again] = useState(0);
        given.push(useSession());
        return `${given.at(-1).epoch}`;
      };
      const { world, advance } = await worldly({}, h(Keep));
      const last = given.at(-1);
      await act(() => again(1));
      assert.equal(given.at(-1), last);
      world.simulate.restart();
      await advance('6m');
      assert.notEqual(given.at(-1), last);
      assert.equal(page.text(), '2');
      for (const name of ['check', 'extend', 'signOut', 'fetch']) assert.equal(given.at(-1)[name], last[name], name);
    });

    test('unmounting leaves the session to the application', async () => {
      const { world, session } = await worldly({}, h(Status));
      await act(() => root.unmount());
      root = null;
      await world.advance('6m');
      assert.equal(session.getSnapshot().status, 'connected');
      assert.equal(world.requests.length, 2);
    });

    test('the countdown counts, and ends when the person is still there', async () => {
      const seconds = [];
      let extend;
      const Warning = () => {
        const left = useExpiring();
        extend = useSession().extend;
        if (seconds.at(-1) !== left) seconds.push(left);
        return left === null ? 'all is well' : `${left} s`;
      };
      const { advance } = await worldly({ interval: '1h' }, h(Warning), { limits: { idle: '10m', warnBefore: '1m' } });
      assert.equal(page.text(), 'all is well');
      await advance('9m');
      assert.equal(page.text(), '60 s');
      await advance('1s');
      await advance('1s');
      assert.equal(page.text(), '58 s');
      await act(() => extend());
      assert.equal(page.text(), 'all is well');
      assert.deepEqual(seconds, [null, 60, 59, 58, null]);
    });

    test('after the end there is nothing left to count', async () => {
      const Warning = () => String(useExpiring());
      const { advance } = await worldly({ interval: '1h', login: false }, h(Warning), { limits: { absolute: '10m', warnBefore: '1m' } });
      await advance('9m');
      assert.equal(page.text(), '60');
      await advance('2m');
      assert.equal(page.text(), 'null');
    });

    test('the fallback is there until the first answer, and the children never go again', async () => {
      const world = createTestWorld({ signedIn: false });
      world.simulate.slow();
      const session = world.createKeepAlive({ login: false });
      let mounts = 0;
      const Form = () => {
        useEffect(() => { mounts += 1; }, []);
        return h(Status);
      };
      await render(h(SessionProvider, { session, fallback: 'wait' }, h(Form)));
      await act(() => world.advance('1s'));
      assert.equal(page.text(), 'wait');
      await act(() => world.advance('10s'));
      assert.match(page.text(), /^disconnected/);
      await act(() => session.stop());
      assert.match(page.text(), /^inactive/);
      await act(() => session.start());
      assert.match(page.text(), /^starting|^disconnected/);
      assert.equal(mounts, 1);
    });

    test('a server that is down at the first check is an answer too', async () => {
      const world = createTestWorld();
      world.simulate.fault({ status: 503 });
      const session = world.createKeepAlive();
      await render(h(SessionProvider, { session, fallback: 'wait' }, h(Status)));
      await act(() => world.settle());
      assert.match(page.text(), /^degraded/);
    });

    test('without a session above, a hook says what is missing', async (t) => {
      t.mock.method(console, 'error', () => {});
      await assert.rejects(async () => { await render(h(Status)); }, /<SessionKeepAlive> or <SessionProvider>/);
      root = null;
    });

    // --- on a server ---

    test('a server renders inactive, or the fallback, and makes no session', () =>
      page.withoutIt(() => {
        const server = (options) => renderToString(h(SessionKeepAlive, { fetch, ...options }, h(Status)));
        assert.match(server({}), /^inactive/);
        assert.equal(server({ fallback: 'wait' }), 'wait');
        assert.equal(channels.count(), 0);
      }));

    test('what a server has rendered is taken over without a mismatch', async (t) => {
      const App = () => h('p', null, h(SessionKeepAlive, { fetch }, h(Status)));
      page.root.innerHTML = await page.withoutIt(() => renderToString(h(App)));
      const log = t.mock.method(console, 'error', () => {});
      const errors = [];
      await act(async () => { root = hydrateRoot(page.root, h(App), { onRecoverableError: (error) => errors.push(error) }); });
      await until('connected');
      assert.deepEqual([errors, log.mock.calls], [[], []]);
      assert.equal(channels.count(), 1);
    });

    test('so it is with a session that knows more than the server did', async () => {
      const world = createTestWorld();
      const session = world.createKeepAlive();
      const app = h('p', null, h(SessionProvider, { session }, h(Status)));
      page.root.innerHTML = await page.withoutIt(() => renderToString(app));
      assert.equal(page.text(), 'inactive null');
      await session.ready;
      const errors = [];
      await act(async () => { root = hydrateRoot(page.root, app, { onRecoverableError: (error) => errors.push(error) }); });
      assert.deepEqual([errors, page.text()], [[], 'connected alice']);
    });

    test('on a server a session’s methods are harmless', () =>
      page.withoutIt(async () => {
        let session;
        const Keep = () => {
          session = useSession();
          return null;
        };
        renderToString(h(SessionKeepAlive, { fetch }, h(Keep)));
        assert.equal((await session.check()).status, 'inactive');
        assert.ok((await session.fetch('https://app.example/api')).ok);
      }));
  });
}
