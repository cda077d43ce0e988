// What `wasm-bindgen --target web` wrote: the application, with the session inside.
import init from './pkg/session-keepalive-yew.js';

await init();
