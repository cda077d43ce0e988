import { Profiler, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { SessionKeepAlive } from 'session-keepalive/react';
import { Draft } from '../Draft.jsx';
import { interval } from '../interval.js';
import { Session } from './Session.jsx';

// For the console, in development: a check that changes nothing adds nothing to it.
window.commits = [];
const commit = (id, phase) => window.commits.push(phase);

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <Profiler id="page" onRender={commit}>
      <SessionKeepAlive interval={interval} login={false} fallback={<p>One moment …</p>}>
        <Session />
        <Draft />
      </SessionKeepAlive>
    </Profiler>
  </StrictMode>,
);
