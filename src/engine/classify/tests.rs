use super::*;

const HOLDERS: [CredentialHolder; 2] = [CredentialHolder::Cookie, CredentialHolder::Page];
const CALLS: [Call; 3] = [Call::Validate, Call::Reconnect, Call::Logout];

fn with_status(status: u16) -> HttpAnswer {
    HttpAnswer { status, ..HttpAnswer::default() }
}

fn with_code(code: ProblemCode) -> HttpAnswer {
    HttpAnswer { status: code.status(), code: Some(code), ..HttpAnswer::default() }
}

fn trouble(verdict: &Verdict) -> Option<Reason> {
    match verdict {
        Verdict::Transient(trouble) => Some(trouble.reason),
        Verdict::Valid(_) | Verdict::Lost | Verdict::Ended(_) | Verdict::Rejected(_) => None,
    }
}

#[test]
fn seconds_of_a_valid_answer_become_milliseconds() {
    let session = SessionAnswer {
        valid: true,
        reconnected: true,
        epoch: 3,
        subject: Some("alice@db/app".into()),
        idle_in: Some(86_400),
        absolute_in: None,
        warn_in: Some(86_100),
        next_check_in: Some(60),
    };
    let answer = HttpAnswer { status: 200, session: Some(session), ..HttpAnswer::default() };
    let facts = Facts {
        epoch: Some(3),
        idle_in: Some(Millis(86_400_000)),
        absolute_in: None,
        warn_in: Some(Millis(86_100_000)),
        next_check_in: Some(Millis(60_000)),
        reconnected: true,
    };
    for call in [Call::Validate, Call::Reconnect] {
        assert_eq!(classify(call, CredentialHolder::Cookie, answer.clone()), Verdict::Valid(facts));
    }
}

#[test]
fn a_200_that_is_not_a_session_answer_is_transient() {
    for session in [None, Some(SessionAnswer::default())] {
        let answer = HttpAnswer { status: 200, session, ..HttpAnswer::default() };
        for call in [Call::Validate, Call::Reconnect] {
            assert_eq!(trouble(&classify(call, CredentialHolder::Cookie, answer.clone())), Some(Reason::Server));
        }
    }
}

#[test]
fn codes_decide_on_validate() {
    use ProblemCode as Code;
    let transient = |reason| Err(reason);
    let rows: [(Code, Result<Verdict, Reason>); 16] = [
        (Code::SessionUnknown, Ok(Verdict::Lost)),
        (Code::SessionTimeout, Ok(Verdict::Ended(Reason::SessionTimeout))),
        (Code::SessionExpired, Ok(Verdict::Ended(Reason::SessionExpired))),
        (Code::SessionRevoked, Ok(Verdict::Ended(Reason::SessionRevoked))),
        (Code::SessionEvicted, Ok(Verdict::Ended(Reason::SessionEvicted))),
        (Code::ReconnectRefused, Ok(Verdict::Rejected(Reason::CredentialRejected))),
        (Code::ConnectionRefused, transient(Reason::Misconfigured)),
        (Code::TargetNotAllowed, transient(Reason::Misconfigured)),
        (Code::SessionLimit, transient(Reason::Misconfigured)),
        (Code::CsrfRefused, transient(Reason::Misconfigured)),
        (Code::InvalidRequest, transient(Reason::Misconfigured)),
        (Code::PayloadTooLarge, transient(Reason::Misconfigured)),
        (Code::RateLimited, transient(Reason::RateLimited)),
        (Code::StoreUnavailable, transient(Reason::Server)),
        (Code::TargetUnavailable, transient(Reason::Server)),
        (Code::Overloaded, transient(Reason::Server)),
    ];
    assert_eq!(rows.len(), Code::ALL.len());
    for (code, expected) in rows {
        for holder in HOLDERS {
            let verdict = classify(Call::Validate, holder, with_code(code));
            match expected {
                Ok(definitive) => assert_eq!(verdict, definitive, "{code:?}"),
                Err(reason) => assert_eq!(trouble(&verdict), Some(reason), "{code:?}"),
            }
        }
    }
}

#[test]
fn a_target_that_refuses_the_reconnect_is_a_rejection() {
    use ProblemCode as Code;
    let rows = [
        (Code::ConnectionRefused, Reason::CredentialRejected),
        (Code::TargetNotAllowed, Reason::CredentialRejected),
        (Code::SessionLimit, Reason::SessionEvicted),
        (Code::ReconnectRefused, Reason::CredentialRejected),
    ];
    for (code, reason) in rows {
        for holder in HOLDERS {
            assert_eq!(classify(Call::Reconnect, holder, with_code(code)), Verdict::Rejected(reason), "{code:?}");
        }
    }
}

#[test]
fn an_unknown_session_on_reconnect_is_a_rejection() {
    let unknown = with_code(ProblemCode::SessionUnknown);
    let rows = [(CredentialHolder::Cookie, Reason::SessionLost), (CredentialHolder::Page, Reason::CredentialRejected)];
    for (holder, reason) in rows {
        assert_eq!(classify(Call::Reconnect, holder, unknown.clone()), Verdict::Rejected(reason));
    }
}

#[test]
fn without_a_code_the_status_decides() {
    let rejected = Verdict::Rejected(Reason::CredentialRejected);
    for status in [401, 419, 440] {
        assert_eq!(classify(Call::Validate, CredentialHolder::Cookie, with_status(status)), Verdict::Lost);
        assert_eq!(classify(Call::Logout, CredentialHolder::Cookie, with_status(status)), Verdict::Lost);
    }
    for status in [401, 419, 440] {
        assert_eq!(classify(Call::Reconnect, CredentialHolder::Page, with_status(status)), rejected, "{status}");
    }
    let rows = [
        (403, Reason::Server),
        (408, Reason::Timeout),
        (425, Reason::Server),
        (429, Reason::RateLimited),
        (404, Reason::Misconfigured),
        (422, Reason::Misconfigured),
        (304, Reason::Server),
        (500, Reason::Server),
        (502, Reason::Server),
        (503, Reason::Server),
        (504, Reason::Server),
        (520, Reason::Server),
        (599, Reason::Server),
        (0, Reason::Server),
    ];
    for (status, reason) in rows {
        let verdict = classify(Call::Validate, CredentialHolder::Cookie, with_status(status));
        assert_eq!(trouble(&verdict), Some(reason), "{status}");
    }
}

#[test]
fn on_reconnect_only_a_refusal_that_looks_like_the_backends_destroys_a_credential() {
    let rejected = Ok(Reason::CredentialRejected);
    let (server, network) = (Err(Reason::Server), Err(Reason::Network));
    // 401, 419, 440 — and 403, 422.
    let rows = [
        (Body::Json, rejected, rejected),
        (Body::Empty, rejected, server),
        (Body::ShortText, rejected, server),
        (Body::Foreign, server, server),
        (Body::Cut, network, network),
    ];
    for (body, refused, forbidden) in rows {
        for (statuses, expected) in [(vec![401, 419, 440], refused), (vec![403, 422], forbidden)] {
            for status in statuses {
                let answer = HttpAnswer { body, ..with_status(status) };
                let verdict = classify(Call::Reconnect, CredentialHolder::Page, answer.clone());
                match expected {
                    Ok(reason) => assert_eq!(verdict, Verdict::Rejected(reason), "{body:?} {status}"),
                    Err(reason) => assert_eq!(trouble(&verdict), Some(reason), "{body:?} {status}"),
                }
                let on_validate = classify(Call::Validate, CredentialHolder::Page, answer);
                let lost = matches!(status, 401 | 419 | 440);
                assert_eq!(on_validate == Verdict::Lost, lost, "a check leads to a reconnect alone: {body:?} {status}");
            }
        }
    }
}

#[test]
fn a_good_answer_that_was_cut_off_is_a_failure_of_the_network() {
    let answer = HttpAnswer { body: Body::Cut, ..with_status(200) };
    assert_eq!(trouble(&classify(Call::Validate, CredentialHolder::Cookie, answer)), Some(Reason::Network));
}

#[test]
fn an_accepted_logout_needs_no_body() {
    for status in [200, 204] {
        let verdict = classify(Call::Logout, CredentialHolder::Cookie, with_status(status));
        assert_eq!(verdict, Verdict::Valid(Facts::default()));
    }
}

#[test]
fn every_transient_verdict_carries_status_and_retry_after() {
    for call in CALLS {
        for status in [429, 503] {
            let answer = HttpAnswer { retry_after: Some(Millis(7000)), ..with_status(status) };
            match classify(call, CredentialHolder::Cookie, answer) {
                Verdict::Transient(trouble) => {
                    assert_eq!((trouble.status, trouble.retry_after), (Some(status), Some(Millis(7000))));
                }
                other => panic!("{call:?} {status}: {other:?}"),
            }
        }
    }
}

/// The promise of the whole product, over every possible answer.
#[test]
fn only_a_definitive_answer_ends_a_session() {
    for call in [Call::Validate, Call::Reconnect] {
        for status in 0..=599 {
            let ends = matches!(
                classify(call, CredentialHolder::Cookie, with_status(status)),
                Verdict::Ended(_) | Verdict::Rejected(_)
            );
            let definitive = call == Call::Reconnect && matches!(status, 401 | 419 | 440);
            assert_eq!(ends, definitive, "{call:?} {status}");
        }
    }
}
