import { createKeepAlive } from '../../../dist/index.js';
import { startWith } from './keepalive.js';

export const start = startWith(createKeepAlive);
