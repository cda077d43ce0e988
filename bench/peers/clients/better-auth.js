import { createAuthClient } from 'better-auth/client';

export const start = async () => {
  const { useSession: session } = createAuthClient({ baseURL: `${location.origin}/api/auth`, sessionOptions: { refetchInterval: 1 } });
  await new Promise((resolve) => session.subscribe(({ isPending }) => isPending || resolve()));
  return { signedIn: () => session.get().data !== null, check: () => session.get().refetch() };
};
