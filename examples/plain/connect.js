import { createKeepAlive } from '/dist/index.js';

const form = document.querySelector('form');

/** Where the person came from. It stands in the address bar, so only this site is believed. */
const wayBack = () => {
  const asked = new URLSearchParams(location.search).get('returnTo') ?? '/';
  const url = URL.canParse(asked, location.origin) ? new URL(asked, location.origin) : location;
  return url.origin === location.origin && url.pathname !== location.pathname ? url.href : '/';
};

form.onsubmit = async (event) => {
  event.preventDefault();
  const answer = await fetch('/api/connect', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-session-keepalive': '1' },
    body: JSON.stringify({ connectionString: form.connectionString.value }),
  });
  if (!answer.ok) {
    document.querySelector('[role=alert]').textContent = (await answer.json()).detail;
    return;
  }
  form.reset();
  // No earlier than now: a sign-out that the backend has still to learn of would end the new session.
  await createKeepAlive({ login: false }).remember();
  location.replace(wayBack());
};
