use std::cell::{Cell, RefCell};
use std::rc::Rc;

use session_keepalive::wire::ProblemCode;
use session_keepalive::{Event, KeepAlive, Millis, Reason, Status, Subscription};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::server::{RECONNECTED, Server, VALID, reported, until};

/// Writes down every event.
fn record(session: &KeepAlive) -> (Rc<RefCell<Vec<Event>>>, Subscription) {
    let heard = Rc::new(RefCell::new(Vec::new()));
    let list = Rc::clone(&heard);
    (heard, session.on(move |event| list.borrow_mut().push(*event)))
}

/// Lengths of time are what they are.
fn timeless(event: &Event) -> Event {
    match *event {
        Event::Checked { shared, .. } => Event::Checked { duration_ms: Millis::ZERO, shared },
        Event::Reconnected { epoch, .. } => Event::Reconnected { downtime_ms: Millis::ZERO, epoch },
        event => event,
    }
}

#[wasm_bindgen_test]
async fn a_session_that_is_lost_and_then_ended_is_told_in_types() {
    let server = Server::saying(200, VALID);
    server.then_refuses(ProblemCode::SessionUnknown);
    server.then(200, RECONNECTED);
    server.then_refuses(ProblemCode::SessionTimeout);
    let session = server.session();
    let (heard, _kept) = record(&session);
    session.ready().await;
    assert_eq!(session.check().await.epoch, 2);
    assert_eq!(session.check().await.reason, Some(Reason::SessionTimeout));
    let heard: Vec<_> = heard.borrow().iter().map(timeless).collect();
    let checked = Event::Checked { duration_ms: Millis::ZERO, shared: false };
    assert_eq!(
        heard,
        [
            Event::Checking { attempt: 1 },
            Event::Connected,
            checked,
            Event::Checking { attempt: 1 },
            checked,
            Event::Reconnecting { attempt: 1 },
            Event::Connected,
            Event::Reconnected { downtime_ms: Millis::ZERO, epoch: 2 },
            Event::Checking { attempt: 1 },
            checked,
            Event::Disconnected { reason: Reason::SessionTimeout },
        ]
    );
}

#[wasm_bindgen_test]
async fn trouble_and_limits_are_told_with_their_numbers() {
    let server = Server::saying(200, r#"{"valid":true,"epoch":1,"idleIn":40,"warnIn":0}"#);
    let session = server.session();
    let (heard, _kept) = record(&session);
    until("a limit is near", || heard.borrow().contains(&Event::Expiring { seconds_left: 40 })).await;

    let server = Server::saying(429, "");
    let session = server.session();
    let (heard, _kept) = record(&session);
    let degraded = |event: &Event| matches!(event, Event::Degraded { reason: Reason::RateLimited, .. });
    until("it is degraded", || heard.borrow().iter().any(degraded)).await;
}

#[wasm_bindgen_test]
async fn the_countdown_ends_when_the_limit_has_moved_away() {
    let server = Server::saying(200, r#"{"valid":true,"epoch":1,"idleIn":40,"warnIn":0}"#);
    let session = server.session();
    let seconds = Rc::new(RefCell::new(Vec::new()));
    let list = Rc::clone(&seconds);
    let _kept = session.on_expiring(move |left| list.borrow_mut().push(left));
    session.ready().await;
    until("a limit is near", || !seconds.borrow().is_empty()).await;
    server.then(200, VALID);
    // The answer that was given for ever is still to come once.
    session.extend().await;
    session.extend().await;
    assert_eq!(seconds.borrow().first(), Some(&Some(40)));
    assert_eq!(seconds.borrow().last(), Some(&None));
}

#[wasm_bindgen_test]
async fn who_listens_late_hears_how_it_is_and_who_is_dropped_hears_no_more() {
    let server = Server::saying(200, VALID);
    let session = server.session();
    session.ready().await;
    let seen = Rc::new(RefCell::new(Vec::new()));
    let list = Rc::clone(&seen);
    let subscription = session.subscribe(move |snapshot| list.borrow_mut().push(snapshot.status));
    let (heard, listening) = record(&session);
    assert!(seen.borrow().is_empty(), "not before it returns");
    until("it was told", || !seen.borrow().is_empty() && !heard.borrow().is_empty()).await;
    assert_eq!(*seen.borrow(), [Status::Connected]);
    assert_eq!(*heard.borrow(), [Event::Connected]);

    drop(subscription);
    drop(listening);
    session.stop();
    session.start();
    session.check().await;
    assert_eq!((seen.borrow().len(), heard.borrow().len()), (1, 1));
    assert_eq!(reported(), Vec::<String>::new(), "nobody calls what is gone");
}

#[wasm_bindgen_test]
async fn a_listener_may_call_any_method() {
    let server = Server::saying(200, VALID);
    let session = server.session();
    let statuses = Rc::new(RefCell::new(Vec::new()));
    let (inner, list) = (session.clone(), Rc::clone(&statuses));
    let _kept = session.on(move |event| {
        if *event == Event::Connected {
            inner.stop();
            list.borrow_mut().push(inner.snapshot().status);
            inner.start();
        }
    });
    session.ready().await;
    // What a listener asks for comes after the event.
    assert_eq!(*statuses.borrow(), [Status::Connected]);
    until("it is connected again", || statuses.borrow().len() > 1).await;
    session.dispose();
}

#[wasm_bindgen_test]
async fn a_listener_may_drop_itself_and_the_session() {
    let server = Server::saying(200, VALID);
    let session = Rc::new(RefCell::new(Some(server.session())));
    let kept = Rc::new(RefCell::new(None));
    let calls = Rc::new(Cell::new(0));
    let (inner, own, count) = (Rc::clone(&session), Rc::clone(&kept), Rc::clone(&calls));
    let subscription = session.borrow().as_ref().unwrap().on(move |_| {
        count.set(count.get() + 1);
        drop(inner.take());
        drop(own.take());
    });
    kept.replace(Some(subscription));
    until("it was called", || calls.get() > 0).await;
    assert_eq!(calls.get(), 1);
    assert!(session.borrow().is_none() && kept.borrow().is_none());
}
