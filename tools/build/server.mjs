// The reference server, as the demo and the end-to-end tests run it.
import { nativeBinary } from '../lib/paths.mjs';
import { cargo } from '../lib/toolchain.mjs';

export const server = nativeBinary('session-keepalive-server');

// `--examples` is for the replay that an end-to-end test runs. It also makes cargo choose its crates' features as it does for
// `cargo test`; otherwise tokio and all that stands on it would be compiled twice: for the demo, and for the tests.
export const buildServer = () => cargo(['build', '--bin', 'session-keepalive-server', '--examples']);
