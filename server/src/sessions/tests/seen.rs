//! What logs and metrics show of a session's life, and what they never show.

use std::{cell::RefCell, collections::HashMap, io::Write};

use metrics_util::debugging::{DebugValue, DebuggingRecorder};

use super::*;

thread_local! {
    /// What this test's own thread logged: other tests run beside it in one process.
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct ToLines;

impl Write for ToLines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.write(bytes))
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A life with every event in it; answers each secret that was handed out.
async fn live_a_life() -> Vec<String> {
    let limits = Limits { per_subject: 2, ..SERVERLESS_24H.limits };
    let mut world = World::with(Policy { limits, ..SERVERLESS_24H });
    let mut jars = Vec::new();
    for _ in 0..3 {
        world.clock.advance(SECOND);
        jars.push(world.signed_in(Some("alice@db.internal")).await);
    }
    let _evicted = world.refusal(&jars[0]).await;
    world.clock.advance(HOUR);
    world.validate(&mut jars[1]).await.unwrap();
    world.restart();
    world.validate(&mut jars[1]).await.unwrap();
    world.reconnect(&mut jars[1]).await.unwrap();
    jars.push(Browser::default());
    let granted = world
        .sessions
        .reconnect_by_credential(&Presented::default(), &key("my-idempotency-key"), CREDENTIAL.into(), None)
        .await
        .unwrap();
    jars[3].take(&granted.session, &granted.ticket);
    world.sessions.logout(&jars[2].presented, false).await.unwrap();
    world.sessions.logout(&jars[1].presented, false).await.unwrap();
    let _revoked = world.refusal(&jars[1]).await;
    let _junk = world
        .refusal(&Browser {
            presented: Presented {
                ticket: Some(TicketCookie::presented("junk-ticket".to_owned())),
                ..Presented::default()
            },
            subject: None,
        })
        .await;
    world.clock.advance(DAY);
    world.sessions.sweep().await.unwrap();
    let secrets = jars.iter().flat_map(|jar| {
        let session = jar.presented.session.as_ref().map(SessionId::reveal);
        let ticket = jar.presented.ticket.as_ref().map(|ticket| ticket.reveal().to_owned());
        session.into_iter().chain(ticket)
    });
    secrets
        .chain([CREDENTIAL, "secret", "alice@db.internal", "my-idempotency-key", "junk-ticket"].map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn logs_tell_every_event_and_no_secret() {
    // For the whole process: events that other tests meet first would else stay switched off here.
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(|| ToLines).init();
    let secrets = live_a_life().await;
    let text = String::from_utf8(LINES.take()).unwrap();
    for event in [
        "session created family=",
        "active=2",
        "session evicted",
        "SESSION_EVICTED",
        "session re-established",
        "session revoked",
        "validation failed session=",
        "SESSION_REVOKED",
        "session expired",
        "swept ran_out=1",
    ] {
        assert!(text.contains(event), "no `{event}` in\n{text}");
    }
    for secret in secrets {
        assert!(!text.contains(&secret), "`{secret}` in\n{text}");
    }
}

#[tokio::test]
async fn metrics_count_by_outcome_and_know_no_user() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let guard = metrics::set_default_local_recorder(&recorder);
    let secrets = live_a_life().await;
    drop(guard);
    let mut seen = HashMap::new();
    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        let (_, key) = key.into_parts();
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        assert!(!secrets.iter().any(|secret| name.contains(secret)), "{name}");
        let number = match value {
            DebugValue::Counter(count) => count as f64,
            DebugValue::Gauge(level) => level.into_inner(),
            DebugValue::Histogram(_) => panic!("{name}"),
        };
        seen.insert(name, number);
    }
    let of = |name: &str, label: &str| seen.get(&format!("{name}{{{label}}}")).copied();
    assert_eq!(of(observe::SESSIONS_CREATED, ""), Some(5.0));
    assert_eq!(of(observe::SESSIONS_ACTIVE, ""), Some(0.0));
    assert_eq!(of(observe::SESSIONS_ENDED, "reason=evicted"), Some(1.0));
    assert_eq!(of(observe::SESSIONS_ENDED, "reason=revoked"), Some(1.0));
    assert_eq!(of(observe::SESSIONS_ENDED, "reason=timeout"), Some(1.0));
    assert_eq!(of(observe::VALIDATIONS, "outcome=valid"), Some(1.0));
    assert_eq!(of(observe::VALIDATIONS, "outcome=reconnected"), Some(1.0));
    assert_eq!(of(observe::VALIDATIONS, "outcome=SESSION_EVICTED"), Some(1.0));
    assert_eq!(of(observe::VALIDATIONS, "outcome=SESSION_REVOKED"), Some(1.0));
    assert_eq!(of(observe::RECONNECTS, "by=ticket,outcome=reconnected"), Some(1.0));
    assert_eq!(of(observe::RECONNECTS, "by=ticket,outcome=joined"), Some(1.0));
    assert_eq!(of(observe::RECONNECTS, "by=credential,outcome=reconnected"), Some(1.0));
    assert_eq!(of(observe::SWEEPS, ""), Some(1.0));
    assert_eq!(of(observe::SWEPT, "what=ran_out"), Some(1.0));
}
