//! Messages between the tabs of one name. They carry state, never a secret.

use postcard_schema::Schema;
use postcard_schema::key::Key;
use serde::{Deserialize, Serialize};

use super::effect::Phase;
use super::encoding;
use super::ids::RequestId;
use super::time::Millis;
use super::verdict::Verdict;

/// One message to all other tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub enum TabMessage {
    /// A check or reconnect is in flight; the other tabs wait for its result. Sent again when the request counts as failed
    /// but stays in flight, because it may re-establish the session.
    CheckStarted {
        /// A check or a reconnect.
        phase: Phase,
        /// The request reports the user as active.
        activity: bool,
        /// How long the request has been in flight.
        since: Millis,
    },
    /// A check or reconnect has a verdict.
    CheckFinished(CheckResult),
    /// The session is lost and this tab has no credential: a tab that has one may re-establish the session.
    CredentialWanted,
    /// The user signed out.
    SignedOut,
    /// The user did something.
    Activity,
}

/// The result of a check or reconnect, as seen by the tab that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Schema)]
pub struct CheckResult {
    /// The request. The sender's shell attaches subject and data under this id; the receiver's shell assigns an id of its own.
    pub request: RequestId,
    /// A check or a reconnect.
    pub phase: Phase,
    /// The verdict.
    pub verdict: Verdict,
    /// How often the session has been established, as the sender counts.
    pub epoch: u32,
    /// Time until the sender's next check.
    pub next_in: Millis,
    /// The application has signed in: a tab that is signed out may accept this session.
    pub signed_in: bool,
}

/// Names the shape of [`TabMessage`]: another one has other bytes, so that tabs of two versions of the module never misread
/// each other. It follows from the type.
const SHAPE: [u8; 8] = Key::for_path::<TabMessage>("tab-message").to_bytes();

impl TabMessage {
    /// What is posted to the other tabs: the shape, then the message.
    pub fn to_bytes(&self) -> Vec<u8> {
        encoding::to_bytes(&(SHAPE, self))
    }

    /// The message of another tab; `None` if that tab runs another version of the module, or the bytes are no message.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let message = bytes.strip_prefix(&SHAPE)?;
        encoding::from_bytes(message).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::effect::Phase;
    use super::super::time::Millis;
    use super::super::verdict::{Facts, Reason, Trouble, Verdict};
    use super::*;

    fn messages() -> Vec<TabMessage> {
        let facts = Facts {
            epoch: Some(3),
            idle_in: Some(Millis(1)),
            absolute_in: None,
            warn_in: Some(Millis(u64::MAX)),
            next_check_in: Some(Millis(4)),
            reconnected: true,
        };
        let trouble = Trouble { reason: Reason::RateLimited, status: Some(429), retry_after: Some(Millis(5000)) };
        let verdicts = [
            Verdict::Valid(facts),
            Verdict::Lost,
            Verdict::Ended(Reason::SessionRevoked),
            Verdict::Rejected(Reason::CredentialRejected),
            Verdict::Transient(trouble),
        ];
        let finished = verdicts.into_iter().map(|verdict| {
            TabMessage::CheckFinished(CheckResult {
                request: RequestId(7),
                phase: Phase::Reconnect,
                verdict,
                epoch: 9,
                next_in: Millis(300_000),
                signed_in: true,
            })
        });
        let started = TabMessage::CheckStarted { phase: Phase::Validate, activity: true, since: Millis(15_000) };
        finished.chain([started, TabMessage::CredentialWanted, TabMessage::SignedOut, TabMessage::Activity]).collect()
    }

    #[test]
    fn a_message_arrives_as_it_was_posted() {
        for message in messages() {
            assert_eq!(TabMessage::from_bytes(&message.to_bytes()), Some(message));
        }
    }

    #[test]
    fn other_bytes_are_no_message() {
        for message in messages() {
            let bytes = message.to_bytes();
            let mut another_version = bytes.clone();
            another_version[3] ^= 1;
            assert_eq!(TabMessage::from_bytes(&another_version), None);
            assert_eq!(TabMessage::from_bytes(&bytes[..bytes.len() - 1]), None, "cut short: {message:?}");
        }
        assert_eq!(TabMessage::from_bytes(&[]), None);
        assert_eq!(TabMessage::from_bytes(&[0xff; 64]), None);
    }
}
