// What `wasm-bindgen --target web` wrote: the application, with the session inside.
import init, { hydrate } from './pkg/session-keepalive-leptos.js';

await init();
hydrate();
