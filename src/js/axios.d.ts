import type { AxiosInstance } from 'axios';
import type { KeepAlive } from './index.js';

/**
 * Has the instance send its requests by `session.fetch`: they wait for a reconnect, and are sent once more if they were refused
 * because the session was lost. It makes the instance use axios's fetch adapter. The returned function undoes it.
 *
 * Throws where axios is older than 1.12, whose fetch adapter asks for no fetch.
 */
export function attach(axiosInstance: AxiosInstance, session: KeepAlive): () => void;
