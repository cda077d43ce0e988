// Vue 3.
import { inject, onScopeDispose, shallowReactive, shallowReadonly, shallowRef, toRefs } from 'vue';
// Stays as it is in what is shipped, see react.js.
import { createKeepAlive } from './index.js';
import { expiring } from './expiring.js';

const KEY = /* @__PURE__ */ Symbol('session-keepalive');

/** Gives the session to everything in `app`, and calls `end` when that is unmounted. */
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
  app.mount = (...given) => {
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

export const sessionPlugin = (session) => ({ install: (app) => provide(app, session, () => {}) });

export const createSessionKeepAlive = (options) => ({
  install(app) {
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
  const seconds = shallowRef(null);
  onScopeDispose(subscribe(() => void (seconds.value = getSnapshot())));
  return shallowReadonly(seconds);
};
