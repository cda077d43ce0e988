//! The last resort: the way to the login page, on the real `location` of the page of the tests.

use js_sys::decode_uri_component;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{Stage, entries, has};

fn origin() -> String {
    web_sys::window().unwrap().location().origin().unwrap()
}

/// A page at `path` whose session ends as often as it is checked.
async fn ended(path: &str, options: &str) -> Stage {
    let stage =
        Stage::new(&format!("{{ validate: () => ({{ kind: 'ended', reason: 'session-revoked' }}), ...{options} }}"));
    stage.world.go(path);
    stage.session.start();
    stage.world.settled().await;
    stage
}

/// Signs in once more; where the end of that session leads, if it leads anywhere.
async fn led(stage: &Stage) -> Option<String> {
    let before = stage.world.visited().len();
    drop(stage.session.remember("again".into()));
    stage.world.settled().await;
    let visited = stage.world.visited();
    assert!(visited.len() <= before + 1);
    visited.get(before).cloned()
}

async fn from(path: &str, options: &str) -> Option<String> {
    let stage = ended(path, options).await;
    let visited = stage.world.visited();
    let announced = entries(&stage.take(), "redirect").len();
    assert_eq!(announced, visited.len(), "an event for each: {path} {options}");
    visited.first().cloned()
}

async fn return_to(path: &str, options: &str) -> String {
    let url = from(path, options).await.unwrap();
    let (_, encoded) = url.split_once("returnTo=").unwrap();
    decode_uri_component(encoded).unwrap().into()
}

#[wasm_bindgen_test]
async fn the_way_back_holds_path_query_and_hash() {
    let url = from("/tasks?page=2&q=a%20b#open", "{}").await.unwrap();
    assert_eq!(url, origin() + "/connect?returnTo=%2Ftasks%3Fpage%3D2%26q%3Da%2520b%23open");
    assert_eq!(return_to("/tasks?page=2&q=a%20b#open", "{}").await, "/tasks?page=2&q=a%20b#open");
}

#[wasm_bindgen_test]
async fn a_way_back_never_names_another_host() {
    for path in ["//evil.example/x", "//evil.example", "///evil.example", "/\\evil.example/x"] {
        assert_eq!(return_to(path, "{}").await, "/", "{path}");
    }
}

#[wasm_bindgen_test]
async fn ways_back_are_never_nested() {
    assert_eq!(return_to("/a?returnTo=%2Fb%3FreturnTo%3D%252Fc&x=1#h", "{}").await, "/a?x=1#h");
    let url = from("/a?next=%2Fb", "{ returnToParam: 'next' }").await.unwrap();
    assert_eq!(url, origin() + "/connect?next=%2Fa");
}

#[wasm_bindgen_test]
async fn the_query_of_the_login_address_is_kept_and_its_own_way_back_replaced() {
    let url = from("/a", "{ login: '/connect?lang=de&returnTo=%2Fold' }").await.unwrap();
    assert_eq!(url, origin() + "/connect?lang=de&returnTo=%2Fa");
}

#[wasm_bindgen_test]
async fn a_login_page_elsewhere_gets_a_path_alone() {
    let url = from("/a?b#c", "{ login: 'https://login.example/in' }").await.unwrap();
    assert_eq!(url, "https://login.example/in?returnTo=%2Fa%3Fb%23c");
}

#[wasm_bindgen_test]
async fn the_login_page_never_leads_to_itself() {
    let rows = [
        ("/connect", "'/connect'"),
        ("/connect?returnTo=%2Fa#h", "'/connect'"),
        ("/connect/", "'/connect'"),
        ("/connect", "'/connect/'"),
        ("/", "location.origin"),
        ("/#/login", "'/#/login'"),
        ("/#/login?x=1", "'/#/login'"),
        ("/?page=login&returnTo=%2F", "'/?page=login'"),
    ];
    for (path, login) in rows {
        let stage = ended(path, &format!("{{ login: {login} }}")).await;
        let log = stage.take();
        assert!(has(&log, "disconnected({reason: 'session-revoked'})"), "{log:?}");
        assert!(entries(&log, "redirect").is_empty(), "no event either: {path} with {login}");
        assert!(stage.world.visited().is_empty(), "{path} with {login}");
    }
}

#[wasm_bindgen_test]
async fn pages_that_only_look_like_the_login_page_lead_to_it() {
    let rows = [
        ("/connect", "https://login.example/connect"),
        ("/connected", "/connect"),
        ("/connect/more", "/connect"),
        ("/#/tasks", "/#/login"),
        ("/", "/#/login"),
        ("/?page=tasks", "/?page=login"),
    ];
    for (path, login) in rows {
        assert!(from(path, &format!("{{ login: '{login}' }}")).await.is_some(), "{path} with {login}");
    }
}

#[wasm_bindgen_test]
async fn a_function_says_where_to_go_or_that_it_goes_there_itself() {
    let login = "{ login: (context) => { world.note('login', context); return `/in?why=${context.reason}`; } }";
    let stage = ended("/a?returnTo=%2Fb&x=1#h", login).await;
    assert_eq!(stage.world.visited(), [origin() + "/in?why=session-revoked"]);
    assert!(has(&stage.take(), "login({reason: 'session-revoked', returnTo: '/a?x=1#h'})"));
    for nowhere in ["undefined", "null", "''", "5", "{}"] {
        let stage = ended("/a", &format!("{{ login: () => ({nowhere}) }}")).await;
        assert!(entries(&stage.take(), "redirect").is_empty(), "no event: {nowhere}");
        assert!(stage.world.visited().is_empty(), "{nowhere}");
    }
}

#[wasm_bindgen_test]
async fn a_function_that_fails_is_reported() {
    let stage = ended("/a", "{ login: () => { throw new Error('mine'); } }").await;
    let log = stage.take();
    assert!(has(&log, "report(Error: mine)"), "{log:?}");
    assert!(entries(&log, "redirect").is_empty() && stage.world.visited().is_empty(), "{log:?}");
    assert_eq!(stage.world.status(), "disconnected: session-revoked");
}

#[wasm_bindgen_test]
async fn an_address_that_is_none_is_reported() {
    let stage = ended("/a", "{ login: 'https://' }").await;
    let log = stage.take();
    assert_eq!(entries(&log, "report").len(), 1, "{log:?}");
    assert!(stage.world.visited().is_empty());
}

#[wasm_bindgen_test]
async fn the_event_comes_first_and_can_prevent_it_at_no_cost() {
    let stage = Stage::new("{ validate: () => ({ kind: 'ended' }) }");
    stage.world.set_prevents(true);
    stage.world.go("/a");
    stage.session.start();
    stage.world.settled().await;
    assert!(has(&stage.take(), &format!("redirect('{}/connect?returnTo=%2Fa')", origin())));
    assert_eq!(led(&stage).await, None);
    stage.world.set_prevents(false);
    assert!(led(&stage).await.is_some());
    assert!(led(&stage).await.is_some());
    assert!(led(&stage).await.is_none());
}

#[wasm_bindgen_test]
async fn two_in_sixty_seconds_then_the_event_alone() {
    let stage = ended("/a", "{}").await;
    assert_eq!(stage.world.visited().len(), 1);
    stage.world.pass(30_000.0);
    assert!(led(&stage).await.is_some());
    stage.world.pass(29_999.0);
    stage.take();
    assert!(led(&stage).await.is_none());
    assert_eq!(entries(&stage.take(), "redirect").len(), 1, "the event alone");
    stage.world.pass(1.0);
    assert!(led(&stage).await.is_some(), "the first one is over");
    assert!(led(&stage).await.is_none());
}

#[wasm_bindgen_test]
async fn the_budget_counts_what_earlier_pages_of_the_tab_spent() {
    let stage = Stage::new("{ validate: () => ({ kind: 'ended' }) }");
    // As every version of the module writes it.
    stage.world.js("sessionStorage.setItem('session-keepalive:session:redirects', '[1699999970000,1699999990000]')");
    stage.session.start();
    stage.world.settled().await;
    assert!(stage.world.visited().is_empty());
    stage.world.pass(30_000.0);
    assert!(led(&stage).await.is_some());
    let noted = stage.world.js("sessionStorage.getItem('session-keepalive:session:redirects')");
    assert_eq!(noted, "[1699999990000,1700000030000]");
}

#[wasm_bindgen_test]
async fn the_budget_is_an_option_counted_by_name() {
    let stage = ended("/a", "{ redirectMax: 1, redirectPer: 3_600_000, name: 'one' }").await;
    assert_eq!(stage.world.visited().len(), 1);
    stage.world.pass(3_599_999.0);
    assert_eq!(led(&stage).await, None);
    let other =
        Stage::within(stage.world.clone(), "{ validate: () => ({ kind: 'ended' }), redirectMax: 1, name: 'other' }");
    other.session.start();
    other.world.settled().await;
    assert_eq!(other.world.visited().len(), 2, "of another name");
    drop((other, stage));
    let none = ended("/a", "{ redirectMax: 0, name: 'none' }").await;
    assert!(none.world.visited().is_empty());
    assert_eq!(entries(&none.take(), "redirect").len(), 1);
}

#[wasm_bindgen_test]
async fn a_clock_that_was_set_back_does_not_lock_the_way_out_for_good() {
    let stage = ended("/a", "{}").await;
    assert!(led(&stage).await.is_some());
    assert!(led(&stage).await.is_none());
    stage.world.set_wall(1_600_000_000_000.0);
    assert!(led(&stage).await.is_some());
}

#[wasm_bindgen_test]
async fn storage_that_is_missing_denied_or_spoilt_keeps_nobody_from_the_login_page() {
    let denied = "() => { throw new DOMException('denied', 'SecurityError'); }";
    let rows = [
        "{ value: undefined }".to_owned(),
        "{ value: null }".to_owned(),
        format!("{{ get: {denied} }}"),
        format!("{{ value: {{ getItem: {denied}, setItem: {denied} }} }}"),
        format!("{{ value: {{ getItem: () => null, setItem: {denied} }} }}"),
        "{ value: { getItem: () => '{\"not\":\"a list\"}', setItem() {} } }".to_owned(),
        "{ value: { getItem: () => 'x', setItem() {} } }".to_owned(),
        "{ value: { getItem: () => '[null,\"a\",-1,1e99]', setItem() {} } }".to_owned(),
        "{ value: { getItem: () => '', setItem() {} } }".to_owned(),
    ];
    for storage in rows {
        let stage = Stage::new("{ validate: () => ({ kind: 'ended' }) }");
        stage.world.set_storage(&storage);
        stage.session.start();
        stage.world.settled().await;
        assert_eq!(stage.world.visited().len(), 1, "{storage}");
    }
}

#[wasm_bindgen_test]
async fn a_session_that_is_over_when_the_page_starts_leads_there_as_well() {
    let stage = Stage::new("{}");
    stage.session.start();
    stage.answer(0, "problem(401, 'SESSION_TIMEOUT')").await;
    assert_eq!(stage.world.visited().len(), 1);
    let signed_out = Stage::connected("{}").await;
    let _ = signed_out.session.sign_out(false);
    let log = signed_out.take();
    assert_eq!(entries(&log, "redirect").len(), signed_out.world.visited().len(), "{log:?}");
}
