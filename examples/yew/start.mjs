// The page in Yew in front of the reference server, both built if need be, at http://127.0.0.1:4780 (PORT=… changes it). Kill the
// server, and it is started again: nobody is signed out.
import { serve } from '../../tools/start/serve.mjs';
import { buildYew, mounts, site } from './build.mjs';

await serve({ site, mounts, what: 'The example', build: (stages) => stages.run('the page in Yew', buildYew) });
