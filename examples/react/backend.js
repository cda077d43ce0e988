// The two buttons between before and after: what happens to a backend on any day.
import { post } from './api.js';

const on = (id, action) => document.getElementById(id).addEventListener('click', action);
on('restart', () => post('/demo/restart'));
on('overload', () => post('/demo/fault', { kind: '503', seconds: 10 }));
