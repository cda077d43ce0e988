use std::cell::RefCell;
use std::rc::Rc;

use session_keepalive::web::{Credential, KeepAlive, Reason, Status};
use session_keepalive::wire::ProblemCode;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::server::{RECONNECTED, Server, VALID, until};

#[wasm_bindgen_test]
async fn dropping_the_last_clone_disposes_of_it() {
    let server = Server::saying(200, VALID);
    let session = server.session();
    let other = session.clone();
    assert!(session == other && session != server.session());
    session.ready().await;
    let seen = Rc::new(RefCell::new(Vec::new()));
    let list = Rc::clone(&seen);
    let _kept = session.subscribe(move |snapshot| list.borrow_mut().push(snapshot.status));
    drop(session);
    assert_eq!(other.check().await.status, Status::Connected);
    assert!(!seen.borrow().contains(&Status::Inactive));
    drop(other);
    assert_eq!(seen.borrow().last(), Some(&Status::Inactive));
}

#[wasm_bindgen_test]
async fn a_session_that_is_dropped_before_it_began_asks_nothing() {
    let server = Server::saying(200, VALID);
    drop(server.session());
    // Whatever it might have begun would come before this.
    let later = server.session();
    later.ready().await;
    assert_eq!(server.take().len(), 1);
}

#[wasm_bindgen_test]
async fn disposing_counts_for_every_clone_and_keeps_nobody_waiting() {
    let session = Server::saying(503, "").session();
    session.clone().dispose();
    session.ready().await;
    assert_eq!(session.check().await.status, Status::Inactive);
    session.start();
    assert_eq!(session.snapshot().status, Status::Inactive);
}

/// What a credential that is kept is sent as.
async fn reconnects_with(credential: Credential, given: JsValue, sent: &str) {
    let server = Server::saying(200, VALID);
    let session = KeepAlive::create(server.options().credential(credential)).unwrap();
    session.remember(given).await.unwrap();
    assert_eq!(session.snapshot().status, Status::Connected);
    server.take();
    server.then_refuses(ProblemCode::SessionUnknown);
    server.then(200, RECONNECTED);
    // The answer that was given for ever is still to come once.
    session.check().await;
    assert_eq!(session.check().await.epoch, 2);
    assert!(server.take().contains(&format!("/api/reconnect {sent}")));

    session.forget().await.unwrap();
    server.then_refuses(ProblemCode::SessionUnknown);
    session.check().await;
    assert_eq!(session.check().await.reason, Some(Reason::CredentialMissing));
}

#[wasm_bindgen_test]
async fn a_credential_is_kept_in_the_page_until_it_is_forgotten() {
    reconnects_with(Credential::Memory, "pg://x".into(), r#"{"connectionString":"pg://x"}"#).await;
}

#[wasm_bindgen_test]
async fn a_sealed_credential_is_too_and_its_code_is_found() {
    let user = js_sys::JSON::parse(r#"{"user":"alice"}"#).unwrap();
    reconnects_with(Credential::Sealed, user, r#"{"user":"alice"}"#).await;
}

#[wasm_bindgen_test]
async fn what_cannot_be_sealed_is_refused() {
    let server = Server::saying(200, VALID);
    let session = KeepAlive::create(server.options().credential(Credential::Sealed)).unwrap();
    let error = session.remember(js_sys::Map::new()).await.unwrap_err();
    assert!(error.to_string().contains("remember() wants what JSON can hold"), "{error}");
}

#[wasm_bindgen_test]
async fn signing_out_says_whether_it_counts_everywhere() {
    for everywhere in [false, true] {
        let server = Server::saying(200, VALID);
        server.then_nothing();
        let session = server.session();
        session.ready().await;
        server.take();
        if everywhere {
            session.sign_out_everywhere().await;
        } else {
            session.sign_out().await;
        }
        assert_eq!(server.take(), [format!(r#"/api/logout {{"everywhere":{everywhere}}}"#)]);
        let snapshot = session.snapshot();
        assert_eq!((snapshot.status, snapshot.reason), (Status::Disconnected, Some(Reason::SignedOut)));
    }
}

#[wasm_bindgen_test]
async fn extending_counts_as_activity() {
    let server = Server::saying(200, VALID);
    let session = server.session();
    session.ready().await;
    server.take();
    assert_eq!(session.extend().await.status, Status::Connected);
    assert_eq!(server.take(), [r#"/api/validate-session {"activity":true}"#]);
}

#[wasm_bindgen_test]
async fn the_way_to_the_login_page_can_be_prevented() {
    let server = Server::new();
    server.then_refuses(ProblemCode::SessionExpired);
    let session = KeepAlive::create(server.options().login("/in")).unwrap();
    let urls = Rc::new(RefCell::new(Vec::new()));
    let list = Rc::clone(&urls);
    let _kept = session.on_redirect(move |redirect| {
        redirect.prevent_default();
        list.borrow_mut().push(redirect.url());
    });
    until("it wanted to go", || !urls.borrow().is_empty()).await;
    assert!(urls.borrow()[0].contains("/in?returnTo=%2F"), "{urls:?}");
}

#[wasm_bindgen_test]
async fn the_application_goes_there_itself() {
    let server = Server::new();
    server.then_refuses(ProblemCode::SessionExpired);
    let told = Rc::new(RefCell::new(None));
    let place = Rc::clone(&told);
    let options = server.options().login_with(move |reason, return_to| {
        place.replace(Some((reason, return_to.to_owned())));
        None
    });
    let _session = KeepAlive::create(options).unwrap();
    until("it was asked where to go", || told.borrow().is_some()).await;
    let (reason, return_to) = told.take().unwrap();
    assert_eq!(reason, Reason::SessionExpired);
    assert!(return_to.starts_with('/'), "{return_to}");
}
