// The counts behind the list of tabs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLedger } from '../../www/js/tabs/ledger.js';

const tab = (number, asked, heard, lastAsked = null) =>
  ({ id: `document ${number}`, number, asked, heard, lastAsked, status: 'connected', shares: true, closable: false });

const ledgerOf = (...tabs) => {
  const ledger = createLedger();
  for (const one of tabs) ledger.told(one);
  return ledger;
};
const shown = ({ tabs }) => tabs.map(({ number, asked, heard }) => [number, asked, heard]);

test('tabs are listed by their number, with the newest that each has told', () => {
  const ledger = ledgerOf(tab(3, 0, 1), tab(1, 1, 0), tab(2, 0, 0));
  ledger.told(tab(2, 4, 5));
  assert.deepEqual(shown(ledger.summary()), [[1, 1, 0], [2, 4, 5], [3, 0, 1]]);
});

test('the one that sent the newest check is marked, and no other', () => {
  const marked = (ledger) => ledger.summary().tabs.filter(({ last }) => last).map(({ number }) => number);
  const ledger = ledgerOf(tab(1, 0, 0), tab(2, 0, 0));
  assert.deepEqual(marked(ledger), [], 'nobody has asked yet');
  ledger.told(tab(1, 1, 0, 1_000));
  ledger.told(tab(2, 1, 0, 2_000));
  assert.deepEqual(marked(ledger), [2]);
  ledger.gone('document 2');
  assert.deepEqual(marked(ledger), [], 'it was a tab that is gone');
});

test('the sums keep what closed tabs have done', () => {
  const ledger = ledgerOf(tab(1, 2, 3), tab(2, 4, 5));
  assert.equal(ledger.gone('document 2').number, 2);
  assert.equal(ledger.gone('document 2'), undefined, 'it is gone once');
  const { sent, saved, closed, tabs } = ledger.summary();
  assert.deepEqual({ sent, saved, closed }, { sent: 6, saved: 8, closed: { count: 1, asked: 4, heard: 5 } });
  assert.equal(tabs.length, 1);
});

test('a new tab learns of those that were gone before it came, each once', () => {
  const first = ledgerOf(tab(1, 2, 3), tab(2, 4, 5));
  const second = ledgerOf(tab(1, 2, 3), tab(2, 4, 5));
  for (const ledger of [first, second]) ledger.gone('document 2');
  const newcomer = ledgerOf(tab(1, 2, 3), tab(3, 1, 0));
  for (const ledger of [first, second]) newcomer.learn(ledger.closed());
  assert.deepEqual(newcomer.summary().closed, { count: 1, asked: 4, heard: 5 });

  newcomer.learn([{ id: 'document 3', asked: 9, heard: 9, lastAsked: null }]);
  assert.deepEqual(shown(newcomer.summary()), [[1, 2, 3], [3, 1, 0]], 'what is known to live is not gone by hearsay');
});

test('a tab that comes back out of the cache of the browser lives again, and counts once', () => {
  const ledger = ledgerOf(tab(1, 2, 3));
  ledger.gone('document 1');
  ledger.told(tab(1, 2, 4));
  const { sent, saved, closed } = ledger.summary();
  assert.deepEqual({ sent, saved, closed }, { sent: 2, saved: 4, closed: { count: 0, asked: 0, heard: 0 } });
});
