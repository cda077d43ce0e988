// The application with its pages, on http://127.0.0.1:3000 (PORT=… changes it).
import { fileURLToPath } from 'node:url';
import express from 'express';
import { createApp } from './server.mjs';

const { PORT = '3000', IDLE_MS } = process.env;
const folder = (path) => fileURLToPath(new URL(path, import.meta.url));

const app = createApp({ idle: IDLE_MS && Number(IDLE_MS) });
// In an application of its own: node_modules/session-keepalive/dist, or whatever a bundler makes of the import.
app.use('/session-keepalive', express.static(folder('../../dist')));
app.use(express.static(folder('public'), { extensions: ['html'] }));
app.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}  (Ctrl-C ends it; end it, start it again: nobody is signed out)`));
