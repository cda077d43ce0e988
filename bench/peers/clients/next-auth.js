import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { SessionProvider, getSession, useSession } from 'next-auth/react';

export const start = async () => {
  let status;
  const Shown = () => {
    ({ status } = useSession());
    return null;
  };
  const provider = createElement(SessionProvider, { refetchInterval: 1, basePath: '/next-auth' }, createElement(Shown));
  createRoot(document.body.appendChild(document.createElement('div'))).render(provider);
  // Its own polls do the checking.
  return { signedIn: () => status !== 'unauthenticated', check: () => getSession({ broadcast: false }) };
};
