import { runtime } from './support/runtime.mjs';

// It may read files, and nothing else: no network, no environment.
runtime('deno', { scope: '@deno', program: 'deno', args: ['run', '--no-prompt', '--allow-read'] });
