// The page in Leptos, rendered on a server in front of the reference server, all built if need be, at http://127.0.0.1:4780 (PORT=…
// changes it). Kill the reference server, and it is started again: nobody is signed out.
import { serve } from '../../tools/start/serve.mjs';
import { buildLeptos, command } from './build.mjs';

await serve({ front: command, what: 'The example', build: (stages) => stages.run('the page in Leptos', buildLeptos) });
