import { sessionKeepAlive } from 'session-keepalive/svelte';

/** One for the whole application. */
export const session = sessionKeepAlive({ login: false });
