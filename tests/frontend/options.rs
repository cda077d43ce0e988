use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use session_keepalive::wire::ProblemCode;
use session_keepalive::{DebugLog, KeepAlive, OptionError, Reason};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::server::{RECONNECTED, Server, VALID, printed, until};

#[wasm_bindgen_test]
async fn the_urls_are_those_of_the_calls() {
    let server = Server::new();
    server.then_refuses(ProblemCode::SessionUnknown);
    server.then(200, RECONNECTED);
    server.then_nothing();
    let options = server.options();
    let options = options.validate(server.url("/check")).reconnect(server.url("/again")).logout(server.url("/bye"));
    let session = KeepAlive::create(options).unwrap();
    session.ready().await;
    session.sign_out().await;
    assert_eq!(server.take(), [r#"/check {"activity":true}"#, "/again {}", r#"/bye {"everywhere":false}"#]);
}

#[wasm_bindgen_test]
async fn headers_go_beside_the_protocols_own_and_replace_them() {
    let server = Server::saying(200, VALID);
    let options = server.options().header("x-one", "1").header("x-two", "2").header("accept", "text/plain");
    KeepAlive::create(options).unwrap().ready().await;
    let header = |name| server.header(name).unwrap_or_default();
    assert_eq!([header("x-one"), header("x-two"), header("accept")], ["1", "2", "text/plain"]);
    assert_eq!([header("x-session-keepalive"), header("content-type")], ["1", "application/json"]);
}

#[wasm_bindgen_test]
async fn what_is_not_there_is_not_called() {
    let server = Server::saying(200, VALID);
    server.then_refuses(ProblemCode::SessionUnknown);
    let session = KeepAlive::create(server.options().no_reconnect().no_logout()).unwrap();
    session.ready().await;
    // The answer that was given for ever is still to come once.
    session.check().await;
    session.check().await;
    assert_eq!(session.snapshot().reason, Some(Reason::SessionLost));
    session.sign_out().await;
    let check = |activity| format!(r#"/api/validate-session {{"activity":{activity}}}"#);
    assert_eq!(server.take(), [true, false, false].map(check), "no reconnect and no logout");
}

#[wasm_bindgen_test]
async fn the_way_back_has_the_name_that_was_chosen_and_a_spent_budget_leaves_the_event() {
    let server = Server::new();
    server.then_refuses(ProblemCode::SessionExpired);
    let options = server.options().login("/in").return_to_param("back").redirect_budget(0, Duration::from_secs(1));
    let session = KeepAlive::create(options).unwrap();
    let urls = Rc::new(RefCell::new(Vec::new()));
    let list = Rc::clone(&urls);
    // Nothing is prevented: the page would be left, and with it this test.
    let _kept = session.on_redirect(move |redirect| list.borrow_mut().push(redirect.url().to_owned()));
    until("it wanted to go", || !urls.borrow().is_empty()).await;
    assert!(urls.borrow()[0].contains("/in?back=%2F"), "{urls:?}");
}

#[wasm_bindgen_test]
async fn an_unusual_backend_is_understood_by_the_applications_function() {
    let server = Server::saying(200, "signed in");
    let verdict = js_sys::Function::new_no_args("return { kind: 'valid', subject: 'bob', data: 'seven' }");
    let session = KeepAlive::create(server.options().classify(verdict)).unwrap();
    session.ready().await;
    assert_eq!(session.snapshot().subject.as_deref(), Some("bob"));
    assert_eq!(session.data(), Some(JsValue::from("seven")));
}

#[wasm_bindgen_test]
async fn the_log_is_in_words_or_can_be_replayed() {
    let seen = |wanted: &str| printed("debug").iter().any(|line| line.contains(wanted));
    let server = Server::saying(200, VALID);
    server.session().ready().await;
    assert!(!seen("[session-keepalive]"), "nothing unless it is asked for");

    KeepAlive::create(server.options().debug(DebugLog::Events)).unwrap().ready().await;
    assert!(seen("[session-keepalive] status connected as alice@db, next check at"), "{:?}", printed("debug"));
    assert!(!seen(r#""name":"options""#));

    KeepAlive::create(server.options().debug(DebugLog::Replay)).unwrap().ready().await;
    assert!(seen(r#""name":"options""#) && seen(r#""name":"input""#), "{:?}", printed("debug"));
}

#[wasm_bindgen_test]
fn a_mistake_is_named() {
    let refused = KeepAlive::create(Server::new().options().jitter(2.0)).unwrap_err();
    assert_eq!(refused, OptionError::Invalid { option: "jitter", wants: "a number from 0 to 1" });
}
