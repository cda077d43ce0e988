use session_keepalive::Reason;
use session_keepalive::wire::ProblemCode;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Request, RequestInit};

use crate::server::{RECONNECTED, Server, VALID};

#[wasm_bindgen_test]
async fn a_refused_request_is_sent_again_with_its_body_after_a_reconnect() {
    let server = Server::saying(200, VALID);
    server.then_refuses(ProblemCode::SessionUnknown);
    server.then(200, RECONNECTED);
    server.then(200, r#"{"saved":true}"#);
    let session = server.session();
    session.ready().await;
    server.take();
    let init = RequestInit::new();
    init.set_method("PUT");
    init.set_body(&JsValue::from("draft"));
    let answer =
        session.fetch_request(&Request::new_with_str_and_init(&server.url("/work"), &init).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(server.take(), ["/work draft", "/api/reconnect {}", "/work draft"]);
    assert_eq!(session.fetch(&server.url("/more")).await.unwrap().status(), 200);
    assert_eq!(server.take(), ["/more"]);
}

#[wasm_bindgen_test]
async fn a_network_error_is_the_callers() {
    let server = Server::saying(200, VALID);
    server.then_is_gone();
    let session = server.session();
    session.ready().await;
    let error = session.fetch(&server.url("/work")).await.unwrap_err();
    assert_eq!(error.to_string(), "the network is down");
    assert!(error.value().is_instance_of::<js_sys::TypeError>());
    assert_eq!(session.snapshot().reason, None::<Reason>, "and no verdict");
}
