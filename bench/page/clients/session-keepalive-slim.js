import { createKeepAlive } from '../../../dist/slim.js';
import { startWith } from './keepalive.js';

export const start = startWith(createKeepAlive);
