import { createKeepAlive } from '/dist/index.js'; // in an application of its own: where you put the package's dist/index.js

const byId = (id) => document.getElementById(id);

const session = window.session = createKeepAlive({
  login: '/connect.html',
  interval: new URLSearchParams(location.search).get('interval') ?? '5m',
});

session.on('change', ({ status, subject }) => { byId('status').textContent = subject ? `${status} (${subject})` : status; });

session.on('connected', () => { byId('warning').hidden = true; });
session.on('expiring', ({ secondsLeft }) => {
  byId('seconds').textContent = secondsLeft;
  byId('warning').hidden = false;
});
byId('stay').onclick = () => session.extend();

byId('leave').onclick = async () => {
  await session.signOut();
  location.assign('/connect.html');
};

const answer = await session.fetch('/api/database'); // waits for a reconnect, is sent again after one
const { tables = [] } = await answer.json();
byId('tables').replaceChildren(...tables.map((name) => Object.assign(document.createElement('li'), { textContent: name })));
