//! Everything the world, and the application, can tell the machine.

use super::news::News;
use super::time::Millis;
use super::verdict::Verdict;

/// Names one request; a reply with another id is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u32);

/// Names one `session.fetch` call of the application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub u32);

/// Counts how often the session was established. A request remembers the one it was sent in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u32);

/// What a request came back with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// What the answer, or its absence, means.
    Verdict(Verdict),
    /// Nothing was sent: the reconnect needs a credential and none is stored.
    NoCredential,
}

/// How the server refused a `session.fetch` call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// With `SESSION_UNKNOWN`: the session is lost.
    SessionUnknown,
    /// With any other 401, 419 or 440: a check will tell.
    Unclear,
}

/// What the page before this one, or another tab, left in the storage of the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kept {
    /// A sign-out that the server has still to learn of.
    pub sign_out: Option<SignOut>,
    /// How much longer the server asked to be left alone.
    pub floor: Option<Millis>,
    /// Somebody signed out while this page did not run and could not be told.
    pub signed_out: bool,
}

impl Kept {
    /// Nothing was left behind.
    pub const NOTHING: Self = Self { sign_out: None, floor: None, signed_out: false };
}

/// A sign-out that the server has still to learn of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignOut {
    /// It ends every session of the subject.
    pub everywhere: bool,
}

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    // The application.
    /// Begin, with the page as it is now.
    Start {
        /// A person can see the page.
        visible: bool,
        /// The browser believes that it has a network.
        online: bool,
        /// What was left behind.
        kept: Kept,
    },
    /// Pause until the next start.
    Stop,
    /// End for good.
    Dispose,
    /// Check now.
    Check {
        /// The check counts as activity: "I'm still here".
        activity: bool,
    },
    /// The application signed in, or handed over a credential.
    Remembered,
    /// The person signs out.
    SignOut {
        /// End every session of the subject.
        everywhere: bool,
    },
    /// `session.fetch` wants to send.
    FetchStarted(FetchId),
    /// `session.fetch` was refused.
    FetchRefused {
        /// Which call.
        fetch: FetchId,
        /// The generation it was sent in.
        generation: Generation,
        /// How it was refused.
        refusal: Refusal,
    },
    /// `session.fetch` is over: answered or aborted.
    FetchEnded(FetchId),

    // The page.
    /// The deadline has come.
    DeadlineReached,
    /// The page became visible.
    Visible,
    /// The page was hidden.
    Hidden,
    /// The window got the focus.
    Focused,
    /// The page is going away, perhaps into the back/forward cache.
    Left,
    /// The page came back out of the back/forward cache.
    Restored {
        /// What was left behind meanwhile.
        kept: Kept,
    },
    /// The page was frozen and runs again.
    Resumed,
    /// The browser found a network.
    Online,
    /// The browser lost its network.
    Offline,
    /// The person did something.
    Active,

    // The other tabs.
    /// What [`Effect::TakeTurn`](super::Effect::TakeTurn) asked for.
    Turn {
        /// This tab alone may send now; otherwise another one has the turn.
        granted: bool,
    },
    /// Another tab told this. [`News::Looking`] is passed on only by a tab that holds a credential.
    Heard {
        /// What.
        news: News,
        /// How long ago: a frozen tab hears late.
        age: Millis,
    },

    // The network.
    /// A request came back.
    Replied {
        /// Which one.
        id: RequestId,
        /// With what.
        outcome: Outcome,
    },
}
