// @ts-check
// Vue 3.
import { inject, onScopeDispose, shallowReactive, shallowReadonly, shallowRef, toRefs } from 'vue';
// Stays as it is in what is shipped, see react.js.
import { createKeepAlive } from './index.js';
import { expiring } from './expiring.js';

/** @typedef {import('./index.js').KeepAlive<any>} KeepAlive */
/** @typedef {import('./index.js').Snapshot<any>} Snapshot */
/** @typedef {import('vue').App} App */
/** @typedef {{ session: KeepAlive, state: Snapshot }} Provided */

/** @type {import('vue').InjectionKey<Provided>} */
const KEY = /* @__PURE__ */ Symbol('session-keepalive');

/**
 * Gives the session to everything in `app`, and calls `end` when that is unmounted.
 * @param {App} app
 * @param {KeepAlive} session
 * @param {() => void} end
 */
const provide = (app, session, end) => {
  // What a server has rendered is taken over as it is; what is known by now comes right afterwards.
  const state = shallowReactive({ ...session.getServerSnapshot() });
  let mounted = !!app._container;
  const update = () => {
    if (mounted) Object.assign(state, session.getSnapshot());
  };
  const forget = session.subscribe(update);
  update();
  // By hand, because `app.onUnmount` came with Vue 3.5, and nothing tells a plugin of the mount.
  const { mount, unmount } = app;
  app.mount = (/** @type {Parameters<App['mount']>} */ ...given) => {
    const root = mount(...given);
    mounted = true;
    update();
    return root;
  };
  app.unmount = () => {
    forget();
    unmount();
    end();
  };
  app.provide(KEY, { session, state });
};

const useProvided = () => {
  const provided = inject(KEY, null);
  if (!provided) throw new Error('session-keepalive: there is no app.use(createSessionKeepAlive(…)) or app.use(sessionPlugin(…))');
  return provided;
};

/** @type {typeof import('./vue.js').sessionPlugin} */
export const sessionPlugin = (session) => ({ install: (app) => provide(app, session, () => {}) });

/** @type {typeof import('./vue.js').createSessionKeepAlive} */
export const createSessionKeepAlive = (options) => ({
  install(/** @type {App} */ app) {
    const session = createKeepAlive(options);
    provide(app, session, session.dispose);
  },
});

export const useSession = () => {
  const { session, state } = useProvided();
  const { check, extend, signOut, fetch } = session;
  return { ...toRefs(shallowReadonly(state)), check, extend, signOut, fetch };
};

export const useExpiring = () => {
  const { subscribe, getSnapshot } = expiring(useProvided().session);
  const seconds = shallowRef(/** @type {number | null} */ (null));
  onScopeDispose(subscribe(() => void (seconds.value = getSnapshot())));
  return shallowReadonly(seconds);
};
