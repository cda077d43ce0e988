// The protected work of the demo: the tables of the database, read through the session.
import { accepted, isJson } from './api.js';
import { clock } from './format.js';

/** @param {import('/dist/index.js').KeepAlive} session */
export function showTables(session) {
  const database = document.getElementById('database');
  const list = document.getElementById('tables');

  const read = async () => {
    try {
      const response = await accepted(await session.fetch('/api/database'));
      if (!isJson(response)) throw new Error('The backend answered with a page instead of the tables.');
      if (session.getSnapshot().status === 'disconnected') return;
      const { engine, version, tables, truncated } = await response.json();
      database.textContent = `${engine} ${version}, read at ${clock(new Date())}`;
      list.replaceChildren(...tables.map(item));
      if (truncated) list.append(item('and more …'));
    } catch (error) {
      // The tables already shown stay: they were true, and the person may be reading them.
      database.textContent = error instanceof TypeError ? 'The backend cannot be reached.' : error.message;
    }
  };

  document.getElementById('read').addEventListener('click', read);
  session.on('reconnected', read);
  session.on('disconnected', () => {
    // Whoever comes to this screen next has no business with them.
    database.textContent = 'Not connected.';
    list.replaceChildren();
  });
  read();
}

function item(name) {
  const element = document.createElement('li');
  element.textContent = name;
  return element;
}
