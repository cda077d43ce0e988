use session_keepalive::{Millis, Reason, Status};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::server::{Server, VALID, printed, until};

#[wasm_bindgen_test]
async fn a_good_answer_is_plain_data() {
    let server = Server::saying(200, VALID);
    let session = server.session();
    let before = session.snapshot();
    assert_eq!((before.status, before.epoch, before.last_ok_at), (Status::Starting, 0, None));
    session.ready().await;
    let snapshot = session.snapshot();
    assert_eq!((snapshot.status, snapshot.reason, snapshot.epoch), (Status::Connected, None, 1));
    assert_eq!(snapshot.subject.as_deref(), Some("alice@db"));
    assert_eq!((snapshot.expires_in, &snapshot.error), (Some(Millis(3_600_000)), &None));
    let (ok, next) = (snapshot.last_ok_at.unwrap(), snapshot.next_check_at.unwrap());
    assert!(ok.0 > 1_700_000_000_000 && next.0 > ok.0, "{ok:?} {next:?}");
    assert_eq!(session.check().await.status, Status::Connected);
    drop(session);
    assert_eq!(snapshot.status, Status::Connected, "it outlives the session");
}

#[wasm_bindgen_test]
async fn what_went_wrong_has_a_code_a_status_and_a_sentence() {
    let server = Server::saying(503, "down");
    let session = server.session();
    until("the status is degraded", || session.snapshot().status == Status::Degraded).await;
    let snapshot = session.snapshot();
    let error = snapshot.error.unwrap();
    assert_eq!((error.code(), error.status(), error.retryable()), (Reason::Server, Some(503), true));
    assert_eq!(snapshot.reason, Some(error.code()));
    assert!(error.to_string().contains("(HTTP 503)"), "{error}");

    let session = Server::saying(0, "").session();
    until("the status is degraded", || session.snapshot().status == Status::Degraded).await;
    let error = session.snapshot().error.unwrap();
    assert_eq!((error.code(), error.status()), (Reason::Network, None));
}

#[wasm_bindgen_test]
async fn data_of_the_answer_stays_a_value_of_javascript() {
    let server = Server::saying(200, r#"{"valid":true,"epoch":1,"data":{"seats":7}}"#);
    let session = server.session();
    assert_eq!(session.data(), None);
    session.ready().await;
    let data = js_sys::JSON::stringify(&session.data().unwrap()).unwrap();
    assert_eq!(data, r#"{"seats":7}"#);
}

#[wasm_bindgen_test]
async fn a_mistake_of_the_application_is_told_to_its_developer_once() {
    let server = Server::saying(404, "");
    let session = server.session();
    until("the status is degraded", || session.snapshot().status == Status::Degraded).await;
    session.check().await;
    let error = session.snapshot().error.unwrap();
    assert_eq!(error.code(), Reason::Misconfigured);
    let lines = printed("error");
    assert_eq!(lines.iter().filter(|line| line.contains(&error.to_string())).count(), 1, "{lines:?}");
}
