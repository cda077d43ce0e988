/** A session whose credential this page holds, so that it can be brought back. */
import { createKeepAlive } from '../../../dist/index.js';

export const start = async () => {
  const session = createKeepAlive({ interval: 1_000, credential: 'memory', login: false });
  await session.remember({ token: 'a-credential' });
  return { signedIn: () => session.getSnapshot().status !== 'disconnected', check: () => session.check() };
};
