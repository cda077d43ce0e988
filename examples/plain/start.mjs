// The pages of this folder in front of the reference server, which is built if need be, at http://127.0.0.1:4780 (PORT=… changes it).
// Kill the server, and it is started again: nobody is signed out.
import { serve } from '../../tools/start/serve.mjs';
import { inRoot } from '../../tools/lib/paths.mjs';

await serve({ site: inRoot('examples', 'plain'), what: 'The example' });
