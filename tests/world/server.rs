//! A backend, as far as a session sees it: it can forget, refuse, hang and be gone.

use session_keepalive::engine::{
    Call, Config, CredentialHolder, HttpAnswer, Millis, NoAnswer, Outcome, Request, classify,
};
use session_keepalive::wire::{ProblemCode, SessionAnswer};

/// How the server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As the protocol says, from what it remembers.
    Works,
    /// Nothing answers.
    Down,
    /// Requests hang.
    Hangs,
    /// A status without a code, and perhaps `Retry-After` in seconds.
    Says(u16, Option<u32>),
    /// A problem with a code.
    Refuses(ProblemCode),
}

/// A backend, as far as a session sees it.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) mood: Mood,
    /// It remembers the session.
    pub(crate) remembers: bool,
    /// The browser holds a good ticket, or the page a good credential.
    pub(crate) ticket: bool,
    pub(crate) epoch: u32,
    pub(crate) idle_in: Option<u32>,
    pub(crate) absolute_in: Option<u32>,
    pub(crate) warn_in: Option<u32>,
    pub(crate) next_check_in: Option<u32>,
}

impl Server {
    /// It works, and remembers a session of a day.
    pub(super) fn new() -> Self {
        Self {
            mood: Mood::Works,
            remembers: true,
            ticket: true,
            epoch: 1,
            idle_in: Some(86_400),
            absolute_in: Some(2_592_000),
            warn_in: None,
            next_check_in: None,
        }
    }

    /// The process was killed and started again.
    pub(crate) fn restart(&mut self) {
        self.mood = Mood::Works;
        self.remembers = false;
    }

    pub(super) fn reply(&mut self, config: &Config, request: Request) -> Option<Outcome> {
        let call = match request {
            Request::Validate { .. } => Call::Validate,
            Request::Reconnect { .. } => Call::Reconnect,
            Request::Logout { .. } => Call::Logout,
        };
        let answer = match self.mood {
            Mood::Down => return Some(Outcome::Verdict(NoAnswer::Network.into())),
            Mood::Hangs => return None,
            Mood::Says(status, seconds) => {
                HttpAnswer { status, retry_after: seconds.map(Millis::from_secs), ..HttpAnswer::default() }
            }
            Mood::Refuses(code) => problem(code),
            Mood::Works => self.work(config.credential, call),
        };
        Some(Outcome::Verdict(classify(call, config.credential, answer)))
    }

    fn work(&mut self, holder: CredentialHolder, call: Call) -> HttpAnswer {
        if call == Call::Logout {
            self.remembers = false;
            // What the page holds is not the server's to take.
            self.ticket &= holder == CredentialHolder::Page;
            return HttpAnswer { status: 204, ..HttpAnswer::default() };
        }
        // What the page holds is presented on the reconnect call only.
        let presented = call == Call::Reconnect || holder == CredentialHolder::Cookie;
        let reconnected = !self.remembers && self.ticket && presented;
        if reconnected {
            self.remembers = true;
            self.epoch += 1;
        }
        if !self.remembers {
            return problem(ProblemCode::SessionUnknown);
        }
        let session = SessionAnswer {
            valid: true,
            reconnected,
            epoch: self.epoch,
            subject: None,
            idle_in: self.idle_in,
            absolute_in: self.absolute_in,
            warn_in: self.warn_in,
            next_check_in: self.next_check_in,
        };
        HttpAnswer { status: 200, session: Some(session), ..HttpAnswer::default() }
    }
}

fn problem(code: ProblemCode) -> HttpAnswer {
    HttpAnswer { status: code.status(), code: Some(code), ..HttpAnswer::default() }
}
