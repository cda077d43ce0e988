//! A simulated backend. It can lose sessions, refuse, hang and be down.

use session_keepalive::engine::{
    Call, Config, CredentialHolder, HttpAnswer, Millis, NoAnswer, Outcome, Request, classify,
};
use session_keepalive::wire::{ProblemCode, SessionAnswer};

/// How the server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerState {
    /// According to the protocol and the sessions that it remembers.
    Works,
    /// The network fails.
    Down,
    /// Requests hang.
    Hangs,
    /// A status without a code, with an optional `Retry-After` in seconds.
    Says(u16, Option<u32>),
    /// A problem with a code.
    Refuses(ProblemCode),
}

/// A backend with one session.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) state: ServerState,
    /// It remembers the session.
    pub(crate) remembers: bool,
    /// The browser's ticket, or the page's credential, is valid.
    pub(crate) ticket: bool,
    pub(crate) epoch: u32,
    pub(crate) idle_in: Option<u32>,
    pub(crate) absolute_in: Option<u32>,
    pub(crate) warn_in: Option<u32>,
    pub(crate) next_check_in: Option<u32>,
}

impl Server {
    /// A working backend that remembers a session with an idle limit of a day.
    pub(super) fn new() -> Self {
        Self {
            state: ServerState::Works,
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
        self.state = ServerState::Works;
        self.remembers = false;
    }

    pub(super) fn reply(&mut self, config: &Config, request: Request) -> Option<Outcome> {
        let call = match request {
            Request::Validate { .. } => Call::Validate,
            Request::Reconnect { .. } => Call::Reconnect,
            Request::Logout { .. } => Call::Logout,
        };
        let answer = match self.state {
            ServerState::Down => return Some(Outcome::Verdict(NoAnswer::Network.into())),
            ServerState::Hangs => return None,
            ServerState::Says(status, seconds) => {
                HttpAnswer { status, retry_after: seconds.map(Millis::from_secs), ..HttpAnswer::default() }
            }
            ServerState::Refuses(code) => problem(code),
            ServerState::Works => self.work(config.credential, call),
        };
        Some(Outcome::Verdict(classify(call, config.credential, answer)))
    }

    fn work(&mut self, holder: CredentialHolder, call: Call) -> HttpAnswer {
        if call == Call::Logout {
            self.remembers = false;
            // A logout cannot invalidate the page's credential.
            self.ticket &= holder == CredentialHolder::Page;
            return HttpAnswer { status: 204, ..HttpAnswer::default() };
        }
        // The page presents its credential on the reconnect call only.
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
