//! The settings of the searches. All lengths are a few seconds, so that there are few distinct times; their order is that of the
//! real ones.

use super::steps::{Alphabet, transient, valid};
use crate::engine::{Config, CredentialHolder, Facts, Input, Millis, Persisted, Reason, SignOut, Verdict};

/// The maximum depth of a search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Depth {
    /// In every test run.
    pub(super) usual: usize,
    /// In `npm run search`.
    pub(super) deep: usize,
}

/// One search.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) config: Config,
    pub(super) alphabet: Alphabet,
    pub(super) depth: Depth,
}

pub(super) const CLOSED: usize = usize::MAX;

/// Every search.
pub(super) const ALL: [fn() -> Setting; 10] =
    [cookie, cookie_alone, page, one_call, two_calls, epochs, tabs, tabs_with_credentials, persisted_and_idle, limits];

fn config(credential: CredentialHolder) -> Config {
    Config {
        credential,
        can_reconnect: true,
        can_log_out: true,
        redirects: true,
        cross_tab: false,
        idle: None,
        interval: Millis::from_secs(8),
        jitter_permille: 0,
        slow_after: Millis::from_secs(1),
        validate_timeout: Millis::from_secs(2),
        reconnect_timeout: Millis::from_secs(4),
        retry_base: Millis::from_secs(1),
        // The second failure reaches it, so the third is like every later one.
        retry_cap: Millis::from_secs(2),
        retry_spread: Millis::from_secs(2),
        warn_before: Millis::from_secs(1),
    }
}

const START: Input = Input::Start { visible: true, online: true, persisted: Persisted::NOTHING };
const RESTORED: Input = Input::Restored { persisted: Persisted::NOTHING };
const CHECK: Input = Input::Check { activity: false };
const SIGN_OUT: Input = Input::SignOut { everywhere: false };

fn every_input() -> Vec<Input> {
    vec![
        START,
        Input::Start { visible: false, online: false, persisted: Persisted::NOTHING },
        Input::Stop,
        Input::Dispose,
        CHECK,
        Input::Check { activity: true },
        Input::Remembered,
        SIGN_OUT,
        Input::Visible,
        Input::Hidden,
        Input::Focused,
        Input::Left,
        Input::Restored { persisted: Persisted::NOTHING },
        Input::Resumed,
        Input::Online,
        Input::Offline,
        Input::UserActive,
    ]
}

/// One verdict of each kind. Epochs and limits have searches of their own.
fn every_verdict() -> Vec<Verdict> {
    vec![
        valid(None, false),
        valid(None, true),
        Verdict::Lost,
        Verdict::Ended(Reason::SessionTimeout),
        Verdict::Ended(Reason::SessionRevoked),
        Verdict::Rejected(Reason::CredentialRejected),
        transient(Reason::Network, None),
        transient(Reason::Network, Some(Millis::from_secs(3))),
    ]
}

pub(super) fn cookie() -> Setting {
    Setting {
        name: "cookie",
        config: config(CredentialHolder::Cookie),
        alphabet: Alphabet { inputs: every_input(), verdicts: every_verdict(), calls: 0, late: true, message: false },
        depth: Depth { usual: 9, deep: CLOSED },
    }
}

pub(super) fn cookie_alone() -> Setting {
    Setting {
        name: "cookie, neither reconnect nor logout nor redirects",
        config: Config {
            can_reconnect: false,
            can_log_out: false,
            redirects: false,
            ..config(CredentialHolder::Cookie)
        },
        alphabet: Alphabet { inputs: every_input(), verdicts: every_verdict(), calls: 0, late: false, message: false },
        depth: Depth { usual: 9, deep: CLOSED },
    }
}

pub(super) fn page() -> Setting {
    Setting {
        name: "page",
        config: Config { jitter_permille: 125, ..config(CredentialHolder::Page) },
        alphabet: Alphabet { inputs: every_input(), verdicts: every_verdict(), calls: 0, late: true, message: false },
        depth: Depth { usual: 9, deep: CLOSED },
    }
}

pub(super) fn one_call() -> Setting {
    Setting {
        name: "one call",
        config: config(CredentialHolder::Page),
        alphabet: Alphabet { inputs: every_input(), verdicts: every_verdict(), calls: 1, late: false, message: false },
        depth: Depth { usual: 8, deep: CLOSED },
    }
}

pub(super) fn two_calls() -> Setting {
    Setting {
        name: "two calls",
        config: config(CredentialHolder::Cookie),
        alphabet: Alphabet {
            inputs: vec![START, Input::Stop, CHECK],
            verdicts: vec![valid(None, false), valid(None, true), Verdict::Lost, transient(Reason::Network, None)],
            calls: 2,
            late: false,
            message: false,
        },
        depth: Depth { usual: 8, deep: CLOSED },
    }
}

/// Answers with epochs.
pub(super) fn epochs() -> Setting {
    Setting {
        name: "epochs",
        config: config(CredentialHolder::Page),
        alphabet: Alphabet {
            inputs: vec![START, Input::Stop, CHECK, Input::Remembered, SIGN_OUT, Input::SignOut { everywhere: true }],
            verdicts: vec![
                valid(None, false),
                valid(Some(1), false),
                valid(Some(3), false),
                valid(Some(0), true),
                valid(Some(2), true),
                Verdict::Lost,
                Verdict::Ended(Reason::SessionTimeout),
            ],
            calls: 0,
            late: false,
            message: false,
        },
        depth: Depth { usual: CLOSED, deep: CLOSED },
    }
}

pub(super) fn limits() -> Setting {
    let limited = |idle, warn, next| {
        Verdict::Valid(Facts {
            epoch: Some(1),
            idle_in: Some(Millis::from_secs(idle)),
            absolute_in: None,
            warn_in: warn,
            next_check_in: next,
            reconnected: false,
        })
    };
    Setting {
        name: "limits",
        config: config(CredentialHolder::Cookie),
        alphabet: Alphabet {
            inputs: vec![
                START,
                CHECK,
                Input::Visible,
                Input::Hidden,
                Input::Left,
                Input::Restored { persisted: Persisted::NOTHING },
                Input::Offline,
                Input::Online,
            ],
            verdicts: vec![
                limited(3, None, None),
                limited(5, Some(Millis::from_secs(1)), None),
                limited(0, None, Some(Millis::from_secs(6))),
                Verdict::Ended(Reason::SessionTimeout),
                transient(Reason::Network, None),
            ],
            calls: 0,
            late: true,
            message: false,
        },
        depth: Depth { usual: CLOSED, deep: CLOSED },
    }
}

/// Other tabs, with a ticket cookie. Their messages can come at any time, so there are too many states to visit all.
pub(super) fn tabs() -> Setting {
    Setting {
        name: "tabs",
        config: Config { cross_tab: true, ..config(CredentialHolder::Cookie) },
        alphabet: Alphabet {
            inputs: vec![START, Input::Stop, CHECK, Input::Remembered, SIGN_OUT, Input::Left, RESTORED],
            verdicts: vec![valid(None, false), Verdict::Lost, transient(Reason::Server, None)],
            calls: 0,
            late: false,
            message: true,
        },
        depth: Depth { usual: 8, deep: 13 },
    }
}

/// Other tabs, with credentials held by pages.
pub(super) fn tabs_with_credentials() -> Setting {
    Setting {
        name: "tabs, page",
        config: Config { cross_tab: true, ..config(CredentialHolder::Page) },
        alphabet: Alphabet {
            inputs: vec![START, CHECK, SIGN_OUT, Input::Offline, Input::Online],
            verdicts: vec![valid(None, true), Verdict::Lost, Verdict::Rejected(Reason::CredentialRejected)],
            calls: 0,
            late: false,
            message: true,
        },
        depth: Depth { usual: 8, deep: 13 },
    }
}

/// Persisted state of an earlier page, and an idle user.
pub(super) fn persisted_and_idle() -> Setting {
    let left_behind = |everywhere, retry_floor| {
        let sign_out = Some(SignOut { everywhere });
        Input::Start { visible: true, online: true, persisted: Persisted { sign_out, retry_floor, signed_out: false } }
    };
    let retry_floor = Some(Millis::from_secs(3));
    Setting {
        name: "persisted and idle",
        config: Config { idle: Some(Millis::from_secs(6)), ..config(CredentialHolder::Cookie) },
        alphabet: Alphabet {
            inputs: vec![
                left_behind(false, None),
                left_behind(true, retry_floor),
                Input::Start {
                    visible: true,
                    online: true,
                    persisted: Persisted { retry_floor, ..Persisted::NOTHING },
                },
                Input::Stop,
                CHECK,
                Input::Remembered,
                SIGN_OUT,
                Input::UserActive,
                Input::Left,
                Input::Restored {
                    persisted: Persisted {
                        sign_out: Some(SignOut { everywhere: false }),
                        retry_floor,
                        signed_out: true,
                    },
                },
                Input::Restored { persisted: Persisted { signed_out: true, ..Persisted::NOTHING } },
                Input::Offline,
                Input::Online,
            ],
            verdicts: every_verdict(),
            calls: 0,
            late: false,
            message: false,
        },
        depth: Depth { usual: 7, deep: CLOSED },
    }
}
