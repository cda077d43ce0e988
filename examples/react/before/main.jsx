import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Draft } from '../Draft.jsx';
import { SessionKeepAlive } from './SessionKeepAlive.jsx';

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <SessionKeepAlive />
    <Draft />
  </StrictMode>,
);
