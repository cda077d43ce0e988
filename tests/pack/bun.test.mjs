import { runtime } from './support/runtime.mjs';

runtime('bun', { scope: '@oven', program: 'bin/bun', args: [] });
