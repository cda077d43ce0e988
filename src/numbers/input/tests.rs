use super::*;
use crate::engine::{CheckResult, Phase, TabMessage};
use crate::numbers::NONE;

const PAGE: CredentialHolder = CredentialHolder::Page;

fn from(kind: InputKind, numbers: &[f64]) -> Input {
    let mut all = [NONE; 12];
    all[..numbers.len()].copy_from_slice(numbers);
    input(kind, &all, PAGE)
}

fn outcome(kind: InputKind, numbers: &[f64]) -> Outcome {
    match from(kind, numbers) {
        Input::Replied { id: RequestId(7), outcome } => outcome,
        other => panic!("{other:?} is no reply to request 7"),
    }
}

fn verdict(kind: InputKind, numbers: &[f64]) -> Verdict {
    match outcome(kind, numbers) {
        Outcome::Verdict(verdict) => verdict,
        Outcome::NoCredential => panic!("no verdict"),
    }
}

fn trouble(reason: Reason, status: Option<u16>, retry_after: Option<u64>) -> Verdict {
    Verdict::Transient(Trouble { reason, status, retry_after: retry_after.map(Millis) })
}

fn place<T: PartialEq>(list: &[T], wanted: &T) -> f64 {
    u32::try_from(list.iter().position(|other| other == wanted).unwrap()).unwrap().into()
}

#[test]
fn every_kind_becomes_its_input() {
    let fetch = FetchId(9);
    let refused = |refusal| Input::FetchRefused { fetch, generation: Generation(3), refusal };
    let network = Outcome::Verdict(trouble(Reason::Network, None, None));
    let left = |everywhere, retry_floor, signed_out| Persisted {
        sign_out: Some(SignOut { everywhere }),
        retry_floor,
        signed_out,
    };
    let retry_floor_alone = Persisted { retry_floor: Some(Millis(5000)), ..Persisted::NOTHING };
    let looking = |age| Input::Received { message: TabMessage::CredentialWanted, age: Millis(age) };
    let asking = TabMessage::CheckStarted { phase: Phase::Reconnect, activity: true, since: Millis(15_000) };
    let rows: &[(InputKind, &[f64], Input)] = &[
        (InputKind::Start, &[1.0, 0.0], Input::Start { visible: true, online: false, persisted: Persisted::NOTHING }),
        (InputKind::Start, &[0.0, 1.0], Input::Start { visible: false, online: true, persisted: Persisted::NOTHING }),
        (
            InputKind::Start,
            &[1.0, 1.0, 1.0, 5000.5, 1.0],
            Input::Start { visible: true, online: true, persisted: left(true, Some(Millis(5000)), true) },
        ),
        (
            InputKind::Start,
            &[0.0, 0.0, 0.0, NONE, 0.0],
            Input::Start { visible: false, online: false, persisted: left(false, None, false) },
        ),
        (InputKind::Stop, &[], Input::Stop),
        (InputKind::Dispose, &[], Input::Dispose),
        (InputKind::Check, &[1.0], Input::Check { activity: true }),
        (InputKind::Check, &[0.0], Input::Check { activity: false }),
        (InputKind::Check, &[], Input::Check { activity: false }),
        (InputKind::Remembered, &[], Input::Remembered),
        (InputKind::SignOut, &[1.0], Input::SignOut { everywhere: true }),
        (InputKind::SignOut, &[0.0], Input::SignOut { everywhere: false }),
        (InputKind::FetchStarted, &[9.0], Input::FetchStarted(fetch)),
        (InputKind::FetchRefused, &[9.0, 3.0, 1.0], refused(Refusal::SessionUnknown)),
        (InputKind::FetchRefused, &[9.0, 3.0, 0.0], refused(Refusal::Unclear)),
        (InputKind::FetchEnded, &[9.0], Input::FetchEnded(fetch)),
        (InputKind::DeadlineReached, &[], Input::DeadlineReached),
        (InputKind::Visible, &[], Input::Visible),
        (InputKind::Hidden, &[], Input::Hidden),
        (InputKind::Focused, &[], Input::Focused),
        (InputKind::Left, &[], Input::Left),
        (InputKind::Restored, &[], Input::Restored { persisted: Persisted::NOTHING }),
        (InputKind::Restored, &[1.0, NONE, 0.0], Input::Restored { persisted: left(true, None, false) }),
        (InputKind::Restored, &[0.0, 0.0, 1.0], Input::Restored { persisted: left(false, Some(Millis::ZERO), true) }),
        (InputKind::Restored, &[NONE, 5000.0, 0.0], Input::Restored { persisted: retry_floor_alone }),
        (InputKind::Resumed, &[], Input::Resumed),
        (InputKind::Online, &[], Input::Online),
        (InputKind::Offline, &[], Input::Offline),
        (InputKind::Active, &[], Input::UserActive),
        (InputKind::Turn, &[1.0], Input::LockResult { granted: true }),
        (InputKind::Turn, &[0.0], Input::LockResult { granted: false }),
        (InputKind::Heard, &[0.0, 2.0], looking(0)),
        (InputKind::Heard, &[250.5, 2.0], looking(250)),
        (InputKind::Heard, &[-250.0, 2.0], looking(0)),
        (InputKind::Heard, &[7.0, 0.0, 1.0, 1.0, 15_000.0], Input::Received { message: asking, age: Millis(7) }),
        (InputKind::Failed, &[7.0], Input::Replied { id: RequestId(7), outcome: network }),
        (InputKind::NoCredential, &[7.0], Input::Replied { id: RequestId(7), outcome: Outcome::NoCredential }),
    ];
    for (kind, numbers, expected) in rows {
        assert_eq!(from(*kind, numbers), *expected, "{} {numbers:?}", kind.as_str());
    }
    // The rest have tests of their own below.
    for kind in InputKind::ALL.iter().filter(|kind| ![InputKind::Answered, InputKind::Judged].contains(kind)) {
        assert!(rows.iter().any(|row| row.0 == *kind), "{}", kind.as_str());
    }
}

/// Of an answer every number counts, up to the twelfth.
#[test]
fn what_another_tab_was_answered_arrives_field_by_field() {
    let numbers = [30.0, 1.0, 2_147_483_649.0, 8.0 + 16.0 + 32.0, 3.0, 600.0, 7200.0, 500.0, 60.0, 4.0, 300_000.0];
    let facts = Facts {
        epoch: Some(3),
        idle_in: Some(Millis(600)),
        absolute_in: Some(Millis(7200)),
        warn_in: Some(Millis(500)),
        next_check_in: Some(Millis(60)),
        reconnected: true,
    };
    let answered = CheckResult {
        request: RequestId(2_147_483_649),
        phase: Phase::Reconnect,
        verdict: Verdict::Valid(facts),
        epoch: 4,
        next_in: Millis(300_000),
        signed_in: true,
    };
    let expected = Input::Received { message: TabMessage::CheckFinished(answered), age: Millis(30) };
    assert_eq!(from(InputKind::Heard, &numbers), expected);
}

#[test]
fn every_kind_parses_back_from_its_name() {
    for kind in InputKind::ALL {
        assert_eq!(InputKind::parse(kind.as_str()), Some(*kind));
    }
    assert_eq!(InputKind::parse("begin"), None);
}

#[test]
fn an_answer_arrives_field_by_field() {
    let expected = Facts {
        epoch: Some(3),
        idle_in: Some(Millis(600_000)),
        absolute_in: Some(Millis(7_200_000)),
        warn_in: Some(Millis(500_000)),
        next_check_in: Some(Millis(60_000)),
        reconnected: true,
    };
    for call in [0.0, 1.0] {
        let numbers = [7.0, call, 200.0, -1.0, NONE, 1.0, 1.0, 3.0, 600.0, 7_200.0, 500.0, 60.0];
        assert_eq!(verdict(InputKind::Answered, &numbers), Verdict::Valid(expected));
    }
    let bare = Facts { epoch: Some(1), ..Facts::default() };
    let numbers = [7.0, 0.0, 200.0, -1.0, NONE, 1.0, 0.0, 1.0];
    assert_eq!(verdict(InputKind::Answered, &numbers), Verdict::Valid(bare), "what is not there is no limit");
}

#[test]
fn an_answer_is_read_as_one_to_its_call() {
    let unauthorised = |call| verdict(InputKind::Answered, &[7.0, call, 401.0, -1.0]);
    assert_eq!(unauthorised(0.0), Verdict::Lost);
    assert_eq!(unauthorised(1.0), Verdict::Rejected(Reason::CredentialRejected));
    assert_eq!(verdict(InputKind::Answered, &[7.0, 2.0, 204.0, -1.0]), Verdict::Valid(Facts::default()), "a logout");
}

#[test]
fn every_code_is_read_as_itself_and_no_code_as_none() {
    for code in ProblemCode::ALL {
        let numbers = [7.0, 1.0, f64::from(code.status()), place(ProblemCode::ALL, code), 20_000.5];
        let answer = HttpAnswer {
            status: code.status(),
            code: Some(*code),
            retry_after: Some(Millis(20_000)),
            ..HttpAnswer::default()
        };
        assert_eq!(verdict(InputKind::Answered, &numbers), classify(Call::Reconnect, PAGE, answer), "{code:?}");
    }
    for nowhere in [-1.0, NONE, 16.0, f64::INFINITY] {
        let numbers = [7.0, 0.0, 401.0, nowhere];
        assert_eq!(verdict(InputKind::Answered, &numbers), Verdict::Lost, "{nowhere}: the status decides");
    }
}

#[test]
fn the_holder_of_the_credential_decides_what_unknown_means() {
    let mut numbers = [NONE; 12];
    numbers[..4].copy_from_slice(&[7.0, 1.0, 401.0, place(ProblemCode::ALL, &ProblemCode::SessionUnknown)]);
    for (holder, reason) in [(PAGE, Reason::CredentialRejected), (CredentialHolder::Cookie, Reason::SessionLost)] {
        let outcome = Outcome::Verdict(Verdict::Rejected(reason));
        let expected = Input::Replied { id: RequestId(7), outcome };
        assert_eq!(input(InputKind::Answered, &numbers, holder), expected);
    }
}

#[test]
fn a_status_that_http_does_not_have_is_the_fault_of_the_server() {
    for status in [0.0, 70_000.0, -5.0, NONE] {
        let Verdict::Transient(Trouble { reason, .. }) = verdict(InputKind::Answered, &[7.0, 0.0, status, -1.0]) else {
            panic!("{status} is definitive");
        };
        assert_eq!(reason, Reason::Server, "{status}");
    }
}

#[test]
fn a_verdict_of_the_application_arrives_by_its_place() {
    let judged = |kind: f64, reason: f64| verdict(InputKind::Judged, &[7.0, kind, reason, 20_000.0]);
    for reason in Reason::ALL {
        let number = place(Reason::ALL, reason);
        assert_eq!(judged(2.0, number), Verdict::Ended(*reason));
        assert_eq!(judged(3.0, number), Verdict::Rejected(*reason));
        assert_eq!(judged(4.0, number), trouble(*reason, None, Some(20_000)));
        assert_eq!(judged(0.0, number), Verdict::Valid(Facts::default()), "a reason for a good session is ignored");
        assert_eq!(judged(1.0, number), Verdict::Lost);
    }
    assert_eq!(judged(2.0, -1.0), Verdict::Ended(Reason::SessionExpired));
    assert_eq!(judged(3.0, -1.0), Verdict::Rejected(Reason::CredentialRejected));
    assert_eq!(judged(4.0, -1.0), trouble(Reason::Server, None, Some(20_000)));
    for nothing in [-1.0, 5.0, NONE, f64::INFINITY] {
        assert_eq!(judged(nothing, 0.0), trouble(Reason::Misconfigured, None, Some(20_000)), "{nothing}");
    }
}

#[test]
fn lengths_of_a_verdict_are_milliseconds_and_may_be_missing() {
    let numbers = [7.0, 0.0, -1.0, NONE, 1.0, 5.0, 90_000.0, 80_000.5, -70_000.0, 10_000.0];
    let expected = Facts {
        epoch: Some(5),
        idle_in: Some(Millis(90_000)),
        absolute_in: Some(Millis(80_000)),
        warn_in: Some(Millis::ZERO),
        next_check_in: Some(Millis(10_000)),
        reconnected: true,
    };
    assert_eq!(verdict(InputKind::Judged, &numbers), Verdict::Valid(expected));
    let strange = [7.0, 4.0, -1.0, f64::INFINITY];
    assert_eq!(verdict(InputKind::Judged, &strange), trouble(Reason::Server, None, Some(u64::MAX)));
}
