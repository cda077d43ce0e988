// The tabs of this browser: which one asks the backend for all of them, and what that saves.
import { at, write } from './dom.js';
import { MEANING } from './status.js';
import { createLedger } from './tabs/ledger.js';
import { takePart } from './tabs/presence.js';

/**
 * @param {import('/dist/index.js').KeepAlive} session
 * @param {import('/dist/index.js').KeepAliveOptions} options that it was created with
 */
export function showTabs(session, { crossTab = true }) {
  const ledger = createLedger();
  const rows = new Map();
  /** @type {import('./tabs/ledger.js').Tab} */
  const me = {
    id: '', number: 0, asked: 0, heard: 0, lastAsked: null, status: session.getSnapshot().status, shares: crossTab,
    closable: window.opener !== null,
  };
  const note = (text) => { at('tabs-note').textContent = text; };
  const say = (text) => { at('tabs-said').textContent = text; };

  const close = (tab) => {
    if (tab.id === me.id) window.close();
    else presence.close(tab.id);
  };

  const show = () => {
    const { tabs, closed, sent, saved } = ledger.summary();
    for (const tab of tabs) {
      if (!rows.has(tab.id)) rows.set(tab.id, createRow(() => close(tab)));
      fillRow(rows.get(tab.id), tab, tab.id === me.id);
    }
    for (const [id, { row }] of rows) {
      if (tabs.some((tab) => tab.id === id)) continue;
      // Whoever has closed it by its button goes on from the button that opens one.
      if (row.contains(document.activeElement)) at('open-tab').focus();
      row.remove();
      rows.delete(id);
    }
    // Moved only when out of place: moving a row takes the focus out of it.
    tabs.forEach(({ id }, index) => {
      const { row } = rows.get(id);
      if (at('tab-rows').children[index] !== row) at('tab-rows').insertBefore(row, at('tab-rows').children[index] ?? null);
    });
    at('closed-tabs').hidden = closed.count === 0;
    write(at('closed-tabs-name'), closed.count === 1 ? '1 closed or reloaded tab' : `${closed.count} closed or reloaded tabs`);
    write(at('closed-tabs-asked'), String(closed.asked));
    write(at('closed-tabs-heard'), String(closed.heard));
    write(at('requests-sent'), String(sent));
    write(at('requests-saved'), String(saved));
  };

  const presence = takePart({
    joined(number) {
      me.number = number;
      ledger.told({ ...me });
      presence.tell({ tab: me, isNew: true });
      show();
    },
    told({ tab, closed = [], isNew = false }) {
      ledger.told(tab);
      ledger.learn(closed);
      if (isNew) {
        presence.tell({ tab: me, closed: ledger.closed() });
        say(`${name(tab)} is open.`);
      }
      show();
    },
    gone(id) {
      const tab = ledger.gone(id);
      if (tab) say(`${name(tab)} is gone.`);
      show();
    },
    closeAsked: () => window.close(),
    alone() {
      note('This browser gives the page no BroadcastChannel or no Web Locks, so tabs cannot know of each other: nothing can be shared, '
        + 'and every tab asks the backend for itself.');
      ledger.told({ ...me });
      show();
    },
  });
  me.id = presence.id;
  if (!crossTab) {
    note('This tab was opened with crossTab=false: it shares nothing and asks the backend for itself, however many tabs there are.');
  }

  const changed = (news) => {
    Object.assign(me, news);
    ledger.told({ ...me });
    presence.tell({ tab: me });
    show();
  };
  session.on('checking', () => changed({ asked: me.asked + 1, lastAsked: Date.now() }));
  session.on('checked', ({ shared }) => shared && changed({ heard: me.heard + 1 }));
  session.on('change', ({ status }) => status !== me.status && changed({ status }));

  at('open-tab').addEventListener('click', () => {
    // With this page as its opener, so that a script may close it again.
    if (!window.open(location.pathname + location.search)) say('The browser has blocked the new tab: allow pop-ups for this page.');
  });
  at('tabs').hidden = false;
}

/** Without others there is no need of a number. */
const name = ({ number }) => (number > 0 ? `Tab ${number}` : 'This tab');

function createRow(close) {
  const part = (tag, className) => Object.assign(document.createElement(tag), { className });
  const row = document.createElement('tr');
  const title = part('th', 'tab-name');
  title.scope = 'row';
  const [label, self, last, alone] = ['label', 'badge', 'badge strong', 'badge'].map((className) => part('span', className));
  const status = part('span', 'tab-status');
  title.append(label, ' ', self, ' ', last, ' ', alone, status);
  const [asked, heard, actions] = ['number', 'number', 'tab-close'].map((className) => part('td', className));
  self.textContent = 'this one';
  last.textContent = 'asked last';
  alone.textContent = 'shares nothing';
  const button = part('button', 'quiet small');
  button.type = 'button';
  button.textContent = 'Close';
  button.addEventListener('click', close);
  actions.append(button);
  row.append(title, asked, heard, actions);
  return { row, label, self, last, alone, status, asked, heard, button };
}

function fillRow({ row, label, self, last, alone, status, asked, heard, button }, tab, isThis) {
  row.dataset.tab = String(tab.number);
  write(label, name(tab));
  self.hidden = !isThis || tab.number === 0;
  last.hidden = !tab.last;
  alone.hidden = tab.shares;
  status.dataset.status = tab.status;
  write(status, MEANING[tab.status]);
  write(asked, String(tab.asked));
  write(heard, String(tab.heard));
  // A browser lets a script close only what a script has opened.
  button.hidden = !tab.closable;
  button.setAttribute('aria-label', `Close ${name(tab)}`);
}
