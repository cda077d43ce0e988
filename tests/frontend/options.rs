use std::time::Duration;

use session_keepalive::web::{Credential, KeepAlive, Options};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::server::{Log, Server, VALID, until};

const fn ms(length: u64) -> Duration {
    Duration::from_millis(length)
}

fn every_option(server: &Server) -> Options {
    server
        .options()
        .validate("/check")
        .reconnect("/again")
        .logout("/bye")
        .credential(Credential::Memory)
        .header("x-one", "1")
        .header("x-two", "2")
        .interval(ms(1))
        .jitter(0.25)
        .slow_after(ms(3))
        .validate_timeout(ms(4_000))
        .reconnect_timeout(ms(5_000))
        .retry_base(ms(6))
        .retry_cap(ms(7))
        .retry_spread(ms(8))
        .warn_before(ms(9))
        .idle(ms(10))
        .cross_tab(true)
        .login("/in")
        .return_to_param("back")
        .redirect_budget(1, ms(11))
        .debug(false)
}

#[wasm_bindgen_test]
async fn every_option_arrives_under_its_own_name() {
    let server = Server::saying(200, VALID);
    let log = Log::new();
    let session = KeepAlive::create(every_option(&server).set("debug", log.hear())).unwrap();
    session.ready().await;
    let switches = f64::from(1 | 2 | 4 | 8 | 16 | 32);
    assert_eq!(log.numbers(), [switches, 250.0, 1.0, 3.0, 4e3, 5e3, 6.0, 7.0, 8.0, 9.0, 10.0]);
    assert!(server.take()[0].starts_with("/check "), "the URLs are those of the calls");
}

#[wasm_bindgen_test]
async fn what_is_not_there_is_not_called() {
    let server = Server::saying(200, VALID);
    let log = Log::new();
    let options = server.options().no_reconnect().no_logout().set("debug", log.hear());
    let session = KeepAlive::create(options).unwrap();
    until("the engine is made", || !log.numbers().is_empty()).await;
    assert_eq!(log.numbers()[0], 16.0, "debug alone: no store, no reconnect, no logout, no login, no tabs");
    session.ready().await;
    server.take();
    session.sign_out().await;
    assert_eq!(server.take(), Vec::<String>::new());
}

#[wasm_bindgen_test]
fn a_mistake_is_named() {
    let refused = |options: Options| KeepAlive::create(options).unwrap_err().to_string();
    let options = Options::new;
    let rows = [
        (options().interval(ms(0)), "`interval` must be a duration"),
        (options().slow_after(ms(20_000)), "`timeout.validate` must not be shorter than `timeout.slow`"),
        (options().jitter(2.0), "`jitter` must be a number from 0 to 1"),
        (options().name(""), "`name` must be"),
        (options().set("intervall", 1), "unknown option `intervall`"),
    ];
    for (options, wanted) in rows {
        let message = refused(options);
        assert!(message.contains(wanted), "{message}");
    }
}
