// The protected work of the demo: the tables of the database, read through the session.
import { read } from './api.js';
import { clock } from './format.js';

/** @param {import('/dist/index.js').KeepAlive} session */
export function showTables(session) {
  const database = document.getElementById('database');
  const list = document.getElementById('tables');

  const show = async () => {
    try {
      const { engine, version, tables, truncated } = await read(session, '/api/database');
      if (session.getSnapshot().status === 'disconnected') return;
      database.textContent = `${engine} ${version}, read at ${clock(new Date())}`;
      list.replaceChildren(...tables.map(item));
      if (truncated) list.append(item('and more …'));
    } catch (error) {
      // The tables already shown stay: they were true, and the person may be reading them.
      database.textContent = error.message;
    }
  };

  document.getElementById('read').addEventListener('click', show);
  session.on('reconnected', show);
  session.on('disconnected', () => {
    // Whoever comes to this screen next has no business with them.
    database.textContent = 'Not connected.';
    list.replaceChildren();
  });
  show();
}

function item(name) {
  const element = document.createElement('li');
  element.textContent = name;
  return element;
}
