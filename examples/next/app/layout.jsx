import { SessionKeepAlive } from 'session-keepalive/react';

export const metadata = { title: 'session-keepalive with Next' };

/** A server component: the session lives in the browser, and outlives the way from page to page. */
export default function Layout({ children }) {
  return (
    <html lang="en">
      <body><SessionKeepAlive login={false}>{children}</SessionKeepAlive></body>
    </html>
  );
}
