use super::*;
use crate::engine::{CheckResult, SignOut, SnapshotError, TabMessage, Verdict};

/// Kind and numbers, without the absent ones at the end.
fn numbers(wanted: &Effect) -> (EffectKind, Vec<f64>) {
    let (kind, all) = effect(wanted);
    let used = all.iter().rposition(|number| !number.is_nan()).map_or(0, |last| last + 1);
    (kind, all[..used].to_vec())
}

#[test]
fn every_effect_becomes_its_kind_and_its_numbers() {
    let id = RequestId(5);
    let send = |request| Effect::Send { id, request, key: 8 };
    let ms = Millis;
    let server = Reason::Server as u32;
    let asking = TabMessage::CheckStarted { phase: Phase::Reconnect, activity: true, since: ms(15_000) };
    let lost = CheckResult {
        request: id,
        phase: Phase::Validate,
        verdict: Verdict::Lost,
        epoch: 3,
        next_in: ms(300_000),
        signed_in: true,
    };
    // Kind, request, flags; nothing of the verdict; epoch, next check.
    let lost_numbers = [1.0, 5.0, 33.0, NONE, NONE, NONE, NONE, NONE, 3.0, 300_000.0];
    let rows: Vec<(Effect, EffectKind, Vec<f64>)> = vec![
        (send(Request::Validate { attempt: 2, activity: true }), EffectKind::Send, vec![5.0, 0.0, 2.0, 1.0, 8.0]),
        (send(Request::Reconnect { attempt: 3, activity: false }), EffectKind::Send, vec![5.0, 1.0, 3.0, 0.0, 8.0]),
        (send(Request::Logout { everywhere: true }), EffectKind::Send, vec![5.0, 2.0, 1.0, 1.0, 8.0]),
        (send(Request::Logout { everywhere: false }), EffectKind::Send, vec![5.0, 2.0, 1.0, 0.0, 8.0]),
        (Effect::Abort(id), EffectKind::Abort, vec![5.0]),
        (Effect::ClearCredential, EffectKind::ClearCredential, vec![]),
        (Effect::Settle(Promised::Check), EffectKind::Settle, vec![0.0]),
        (Effect::Settle(Promised::SignOut), EffectKind::Settle, vec![1.0]),
        (Effect::Fetch { fetch: FetchId(6), step: FetchStep::Deliver }, EffectKind::Resume, vec![6.0]),
        (Effect::Fetch { fetch: FetchId(6), step: FetchStep::Send(Generation(0)) }, EffectKind::Resume, vec![6.0, 0.0]),
        (Effect::Redirect(Reason::Server), EffectKind::Redirect, vec![f64::from(server)]),
        (Effect::Emit(Event::Connected), EffectKind::Connected, vec![]),
        (Effect::Emit(Event::Checking { attempt: 2 }), EffectKind::Checking, vec![2.0]),
        (Effect::Emit(Event::Checked { duration_ms: ms(12), shared: true }), EffectKind::Checked, vec![12.0, 1.0]),
        (Effect::Emit(Event::Slow { phase: Phase::Reconnect, elapsed_ms: ms(3) }), EffectKind::Slow, vec![1.0, 3.0]),
        (
            Effect::Emit(Event::Degraded { reason: Reason::Server, retry_in_ms: ms(500) }),
            EffectKind::Degraded,
            vec![f64::from(server), 500.0],
        ),
        (Effect::Emit(Event::Reconnecting { attempt: 4 }), EffectKind::Reconnecting, vec![4.0]),
        (
            Effect::Emit(Event::Reconnected { downtime_ms: ms(700), epoch: 2 }),
            EffectKind::Reconnected,
            vec![700.0, 2.0],
        ),
        (Effect::Emit(Event::Expiring { seconds_left: 60 }), EffectKind::Expiring, vec![60.0]),
        (
            Effect::Emit(Event::Disconnected { reason: Reason::Server }),
            EffectKind::Disconnected,
            vec![f64::from(server)],
        ),
        (Effect::Emit(Event::Wake { slept_ms: ms(60_000) }), EffectKind::Wake, vec![60_000.0]),
        (Effect::Emit(Event::Idle), EffectKind::Idle, vec![]),
        (Effect::Emit(Event::Active), EffectKind::Active, vec![]),
        (Effect::AcquireLock { steal: false }, EffectKind::TakeTurn, vec![0.0]),
        (Effect::AcquireLock { steal: true }, EffectKind::TakeTurn, vec![1.0]),
        (Effect::ReleaseLock, EffectKind::YieldTurn, vec![]),
        (Effect::Broadcast(asking), EffectKind::Tell, vec![0.0, 1.0, 1.0, 15_000.0]),
        (Effect::Broadcast(TabMessage::CheckFinished(lost)), EffectKind::Tell, lost_numbers.to_vec()),
        (Effect::Broadcast(TabMessage::CredentialWanted), EffectKind::Tell, vec![2.0]),
        (Effect::Broadcast(TabMessage::SignedOut), EffectKind::Tell, vec![3.0]),
        (Effect::Broadcast(TabMessage::Activity), EffectKind::Tell, vec![4.0]),
        (Effect::PersistSignOut(Some(SignOut { everywhere: true })), EffectKind::KeepSignOut, vec![1.0]),
        (Effect::PersistSignOut(Some(SignOut { everywhere: false })), EffectKind::KeepSignOut, vec![0.0]),
        (Effect::PersistSignOut(None), EffectKind::KeepSignOut, vec![]),
        (Effect::PersistRetryFloor(Some(ms(20_000))), EffectKind::KeepFloor, vec![20_000.0]),
        (Effect::PersistRetryFloor(None), EffectKind::KeepFloor, vec![]),
    ];
    for (effect, kind, expected) in &rows {
        let (found, given) = numbers(effect);
        // As bits, because what is absent in the middle is not equal to itself.
        let bits = |numbers: &[f64]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
        assert_eq!((found, bits(&given)), (*kind, bits(expected)), "{effect:?}: {given:?}");
    }
    // The snapshot has tests of its own below.
    for kind in EffectKind::ALL.iter().filter(|kind| **kind != EffectKind::Change) {
        assert!(rows.iter().any(|row| row.1 == *kind), "{}", kind.as_str());
    }
}

#[test]
fn every_kind_parses_back_from_its_name() {
    for kind in EffectKind::ALL {
        assert_eq!(EffectKind::parse(kind.as_str()), Some(*kind));
    }
    assert_eq!(EffectKind::parse("shout"), None);
}

const BARE: Snapshot = Snapshot {
    status: Status::Connected,
    reason: None,
    epoch: 3,
    answered_by: None,
    last_ok_at: None,
    next_check_at: None,
    expires_in_ms: None,
    error: None,
};

#[test]
fn a_snapshot_is_its_fields_in_their_public_order() {
    let failure = SnapshotError { code: Reason::Timeout, status: Some(503), retryable: true };
    let snapshot = Snapshot {
        status: Status::Degraded,
        reason: Some(Reason::Server),
        answered_by: Some(RequestId(4)),
        last_ok_at: Some(WallTime(1_700_000_000_000)),
        next_check_at: Some(WallTime(1_700_000_300_000)),
        expires_in_ms: Some(Millis(600_000)),
        error: Some(failure),
        ..BARE
    };
    let reason = |reason: Reason| f64::from(reason as u32);
    let (kind, given) = numbers(&Effect::Change(snapshot));
    assert_eq!(kind, EffectKind::Change);
    let server = reason(Reason::Server);
    let timeout = reason(Reason::Timeout);
    let expected = [2.0, server, 3.0, 4.0, 1_700_000_000_000.0, 1_700_000_300_000.0, 600_000.0, timeout, 503.0, 1.0];
    assert_eq!(given, expected);
}

#[test]
fn what_a_snapshot_has_not_is_no_number() {
    let (_, all) = effect(&Effect::Change(BARE));
    let present: Vec<_> = all.iter().enumerate().filter(|(_, number)| !number.is_nan()).collect();
    assert_eq!(present, [(0, &1.0), (2, &3.0)]);

    let failure = SnapshotError { code: Reason::Network, status: None, retryable: false };
    let (_, [.., code, status, retryable]) = effect(&Effect::Change(Snapshot { error: Some(failure), ..BARE }));
    assert_eq!((code, retryable), (f64::from(Reason::Network as u32), 0.0));
    assert!(status.is_nan(), "there was no answer");
}
