use std::cell::RefCell;
use std::rc::Rc;

use session_keepalive::wire::ProblemCode;
use session_keepalive::{Credential, CredentialError, CredentialStore, KeepAlive, Options, Reason, Secret, Status};
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
async fn a_session_that_is_dropped_before_it_began_asks_nothing_and_says_that_it_is_over() {
    let server = Server::saying(200, VALID);
    let session = server.session();
    assert_eq!(session.snapshot().status, Status::Starting);
    let seen = Rc::new(RefCell::new(Vec::new()));
    let list = Rc::clone(&seen);
    let _kept = session.subscribe(move |snapshot| list.borrow_mut().push(snapshot.status));
    drop(session);
    // Whatever it might have begun would come before this.
    let later = server.session();
    later.ready().await;
    assert_eq!(server.take().len(), 1);
    assert_eq!(*seen.borrow(), [Status::Inactive]);
}

#[wasm_bindgen_test]
async fn the_answer_to_a_session_that_was_dropped_counts_for_nothing() {
    let server = Server::saying(200, VALID);
    server.hold();
    let session = server.session();
    let seen = Rc::new(RefCell::new(Vec::new()));
    let list = Rc::clone(&seen);
    let _kept = session.subscribe(move |snapshot| list.borrow_mut().push(snapshot.status));
    until("it has asked", || !server.take().is_empty()).await;
    drop(session);
    server.release();
    // That answer comes before this one's.
    let later = server.session();
    later.ready().await;
    assert_eq!(seen.borrow().last(), Some(&Status::Inactive), "{seen:?}");
    assert!(!seen.borrow().contains(&Status::Connected), "{seen:?}");
}

#[wasm_bindgen_test]
async fn what_is_asked_of_a_session_at_once_is_asked_of_one_that_runs() {
    let server = Server::saying(200, VALID);
    assert_eq!(server.session().check().await.status, Status::Connected);
    let session = server.session();
    session.stop();
    assert_eq!(session.snapshot().status, Status::Inactive);
    session.start();
    assert_eq!(session.check().await.status, Status::Connected);
}

#[wasm_bindgen_test]
async fn nothing_of_a_session_that_was_dropped_stays_in_memory() {
    let server = Server::saying(200, VALID);
    let vault = Rc::new(Vault::default());
    let session = KeepAlive::create(server.options().credential_store(Rc::clone(&vault))).unwrap();
    session.ready().await;
    assert_eq!(Rc::strong_count(&vault), 2, "the session holds it");
    drop(session);
    until("it holds the store no more", || Rc::strong_count(&vault) == 1).await;
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

/// A store of the application's own.
#[derive(Default)]
struct Vault {
    kept: RefCell<Option<String>>,
    is_locked: bool,
}

impl CredentialStore for Vault {
    async fn load(&self) -> Result<Option<String>, CredentialError> {
        Ok(self.kept.borrow().clone())
    }

    async fn save(&self, json: &str) -> Result<(), CredentialError> {
        if self.is_locked {
            return Err(CredentialError::new("the vault is locked"));
        }
        self.kept.replace(Some(json.to_owned()));
        Ok(())
    }

    async fn clear(&self) -> Result<(), CredentialError> {
        self.kept.take();
        Ok(())
    }
}

/// What a credential that is kept is sent as.
async fn reconnects_with(kept_where: impl FnOnce(Options) -> Options, given: Secret, sent: &str) {
    let server = Server::saying(200, VALID);
    let session = KeepAlive::create(kept_where(server.options())).unwrap();
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
    let in_memory = |options: Options| options.credential(Credential::Memory);
    reconnects_with(in_memory, "pg://x".into(), r#"{"connectionString":"pg://x"}"#).await;
}

#[wasm_bindgen_test]
async fn a_sealed_credential_is_too_and_its_code_is_found() {
    let sealed = |options: Options| options.credential(Credential::Sealed);
    reconnects_with(sealed, Secret::json(r#"{"user":"alice"}"#), r#"{"user":"alice"}"#).await;
}

#[wasm_bindgen_test]
async fn a_store_of_the_application_keeps_it_as_json_and_gives_it_back() {
    let vault = Rc::new(Vault::default());
    let in_vault = |options: Options| options.credential_store(Rc::clone(&vault));
    reconnects_with(in_vault, "pg://x".into(), r#"{"connectionString":"pg://x"}"#).await;
    assert_eq!(*vault.kept.borrow(), None, "forgotten");
    let server = Server::saying(200, VALID);
    let session = KeepAlive::create(in_vault(server.options())).unwrap();
    session.remember("pg://x").await.unwrap();
    assert_eq!(vault.kept.borrow().as_deref(), Some(r#""pg://x""#));
}

#[wasm_bindgen_test]
async fn what_cannot_be_kept_is_refused() {
    let server = Server::saying(200, VALID);
    let refusal = async |options: Options, given: Secret| {
        KeepAlive::create(options).unwrap().remember(given).await.unwrap_err().to_string()
    };
    let sealed = || server.options().credential(Credential::Sealed);
    let message = refusal(sealed(), JsValue::from(js_sys::Map::new()).into()).await;
    assert!(message.contains("remember() wants what JSON can hold"), "{message}");
    let message = refusal(sealed(), Secret::json("{s3cret")).await;
    assert_eq!(message, "the credential is not JSON");
    let locked = Rc::new(Vault { is_locked: true, ..Vault::default() });
    assert_eq!(refusal(server.options().credential_store(locked), "pg://x".into()).await, "the vault is locked");
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
        list.borrow_mut().push(redirect.url().to_owned());
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
