// Who is in the table of peers: what a page imports of each to have its session looked after. What it has anyway (React, axios) is not
// counted.
export const peers = [
  { name: 'session-keepalive', package: 'session-keepalive', code: "export { createKeepAlive } from 'session-keepalive';", client: 'session-keepalive' },
  { name: 'session-keepalive/slim', package: 'session-keepalive', slim: true, code: "export { createKeepAlive } from 'session-keepalive/slim';" },
  { name: 'better-auth', package: 'better-auth', code: "export { createAuthClient } from 'better-auth/client';", client: 'better-auth' },
  { name: '@supabase/auth-js', package: '@supabase/auth-js', code: "export { AuthClient } from '@supabase/auth-js';", client: 'auth-js' },
  {
    name: 'next-auth/react', package: 'next-auth', code: "export { SessionProvider, useSession, signOut } from 'next-auth/react';",
    external: ['react', 'react/jsx-runtime'], client: 'next-auth',
  },
  { name: 'oidc-client-ts', package: 'oidc-client-ts', code: "export { UserManager } from 'oidc-client-ts';" },
  { name: 'oidc-spa', package: 'oidc-spa', code: "export { createOidc } from 'oidc-spa/core';" },
  { name: 'keycloak-js', package: 'keycloak-js', code: "export { default } from 'keycloak-js';" },
  { name: '@auth0/auth0-spa-js', package: '@auth0/auth0-spa-js', code: "export { createAuth0Client } from '@auth0/auth0-spa-js';" },
  { name: '@azure/msal-browser', package: '@azure/msal-browser', code: "export { PublicClientApplication } from '@azure/msal-browser';" },
  {
    name: 'axios-auth-refresh', package: 'axios-auth-refresh', code: "export { createAuthRefresh } from 'axios-auth-refresh';", external: ['axios'],
  },
  { name: 'react-idle-timer', package: 'react-idle-timer', code: "export { useIdleTimer } from 'react-idle-timer';", external: ['react', 'react-dom'] },
];
