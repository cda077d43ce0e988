// The demo page: a session that is kept alive, and everything about it made visible.
import { createKeepAlive } from '/dist/index.js';
import { watchBackend } from './backend.js';
import { prepareComparison } from './before/comparison.js';
import { wireBreakIt } from './break-it.js';
import { wireControls } from './controls.js';
import { showEvents } from './events.js';
import { warnOfExpiry } from './expiring.js';
import { optionsFrom } from './options.js';
import { showSessions } from './sessions.js';
import { showBanner, showStatus } from './status.js';
import { showTables } from './tables.js';
import { showTabs } from './tabs.js';
import { showTimeline } from './timeline/index.js';

const { options, shown, interval } = optionsFrom(location.search);
document.getElementById('options').textContent = shown;

try {
  const comparison = prepareComparison();
  const session = createKeepAlive({ ...options, fetch: comparison.fetch });
  // For the console, and for the tests.
  window.session = session;
  showEvents(session);
  showStatus(session);
  wireControls(session);
  const backend = watchBackend(session);
  wireBreakIt(session, backend);
  comparison.show(session, interval);
  showTables(session);
  showTabs(session, options);
  showSessions(session);
  warnOfExpiry(session);
  showTimeline(session, backend);
} catch (error) {
  // An impossible option in the address bar: the module's own message names it.
  showBanner(error);
}
