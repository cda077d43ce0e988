//! What tabs tell each other, as numbers: there and back.

use super::{NONE, Told, given, millis, on, whole};
use crate::engine::{CheckResult, Facts, Millis, Phase, Reason, RequestId, TabMessage, Trouble, Verdict};

/// What the first number says.
const ASKING: u32 = 0;
const ANSWERED: u32 = 1;
const LOOKING: u32 = 2;
const SIGNED_OUT: u32 = 3;
const ACTIVE: u32 = 4;

/// Bits of the third number of an answer; below them stands the verdict.
const RECONNECT: u32 = 8;
const RECONNECTED: u32 = 16;
const SIGNED_IN: u32 = 32;
const VERDICT: u32 = 7;

const fn bit(set: bool, bit: u32) -> u32 {
    if set { bit } else { 0 }
}

fn length(length: Option<Millis>) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    length.map_or(NONE, |Millis(length)| length as f64)
}

/// As numbers. Of an answer these are: the request, which verdict on what, five of the verdict, epoch, next check.
pub(super) fn told(message: &TabMessage) -> Told {
    let mut numbers = [NONE; 10];
    let [kind, a, b, c, d, e, f, g, h, i] = &mut numbers;
    let say = |kind: u32| f64::from(kind);
    match *message {
        TabMessage::CheckStarted { phase, activity, since } => {
            (*kind, *a, *b, *c) = (say(ASKING), say(phase as u32), f64::from(activity), length(Some(since)));
        }
        TabMessage::CheckFinished(CheckResult { request, phase, verdict, epoch, next_in, signed_in }) => {
            let mut flags = bit(phase == Phase::Reconnect, RECONNECT) | bit(signed_in, SIGNED_IN);
            match verdict {
                Verdict::Valid(facts) => {
                    flags |= bit(facts.reconnected, RECONNECTED);
                    *c = facts.epoch.map_or(NONE, f64::from);
                    (*d, *e) = (length(facts.idle_in), length(facts.absolute_in));
                    (*f, *g) = (length(facts.warn_in), length(facts.next_check_in));
                }
                Verdict::Lost => flags |= 1,
                Verdict::Ended(reason) => (flags, *c) = (flags | 2, say(reason as u32)),
                Verdict::Rejected(reason) => (flags, *c) = (flags | 3, say(reason as u32)),
                Verdict::Transient(Trouble { reason, status, retry_after }) => {
                    flags |= 4;
                    (*c, *d, *e) = (say(reason as u32), status.map_or(NONE, f64::from), length(retry_after));
                }
            }
            (*kind, *a, *b) = (say(ANSWERED), say(request.0), say(flags));
            (*h, *i) = (say(epoch), length(Some(next_in)));
        }
        TabMessage::CredentialWanted => *kind = say(LOOKING),
        TabMessage::SignedOut => *kind = say(SIGNED_OUT),
        TabMessage::Activity => *kind = say(ACTIVE),
    }
    numbers
}

/// From numbers. What is no news is a sign of the person, which changes least.
pub(super) fn heard([kind, a, b, c, d, e, f, g, h, i]: Told) -> TabMessage {
    let phase = |reconnect| if reconnect { Phase::Reconnect } else { Phase::Validate };
    match whole(kind) {
        ASKING => TabMessage::CheckStarted { phase: phase(on(a)), activity: on(b), since: millis(c) },
        ANSWERED => {
            let flags = whole(b);
            let is = |bit| flags & bit != 0;
            let reason = Reason::ALL.get(whole(c) as usize).copied().unwrap_or(Reason::Server);
            let verdict = match flags & VERDICT {
                0 => Verdict::Valid(Facts {
                    epoch: given(c, whole),
                    idle_in: given(d, millis),
                    absolute_in: given(e, millis),
                    warn_in: given(f, millis),
                    next_check_in: given(g, millis),
                    reconnected: is(RECONNECTED),
                }),
                1 => Verdict::Lost,
                2 => Verdict::Ended(reason),
                3 => Verdict::Rejected(reason),
                _ => {
                    #[allow(clippy::cast_possible_truncation)]
                    let status = given(d, |status| whole(status) as u16);
                    Verdict::Transient(Trouble { reason, status, retry_after: given(e, millis) })
                }
            };
            TabMessage::CheckFinished(CheckResult {
                request: RequestId(whole(a)),
                phase: phase(is(RECONNECT)),
                verdict,
                epoch: whole(h),
                next_in: millis(i),
                signed_in: is(SIGNED_IN),
            })
        }
        LOOKING => TabMessage::CredentialWanted,
        SIGNED_OUT => TabMessage::SignedOut,
        _ => TabMessage::Activity,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_arrive_as_they_were_told() {
        let facts = Facts {
            epoch: Some(3),
            idle_in: Some(Millis(1)),
            absolute_in: None,
            warn_in: Some(Millis(3)),
            next_check_in: Some(Millis(4)),
            reconnected: true,
        };
        let trouble = Trouble { reason: Reason::RateLimited, status: Some(429), retry_after: Some(Millis(5000)) };
        let verdicts = [
            Verdict::Valid(facts),
            Verdict::Valid(Facts { epoch: None, absolute_in: Some(Millis(2)), reconnected: false, ..facts }),
            Verdict::Lost,
            Verdict::Ended(Reason::SessionRevoked),
            Verdict::Rejected(Reason::CredentialRejected),
            Verdict::Transient(trouble),
            Verdict::Transient(Trouble { status: None, retry_after: None, reason: Reason::Network }),
        ];
        let answered = verdicts.into_iter().enumerate().map(|(number, verdict)| {
            let odd = number % 2 == 1;
            TabMessage::CheckFinished(CheckResult {
                request: RequestId(7),
                phase: if odd { Phase::Reconnect } else { Phase::Validate },
                verdict,
                epoch: 9,
                next_in: Millis(300_000),
                signed_in: !odd,
            })
        });
        let asking = [
            TabMessage::CheckStarted { phase: Phase::Validate, activity: true, since: Millis::ZERO },
            TabMessage::CheckStarted { phase: Phase::Reconnect, activity: false, since: Millis(15_000) },
        ];
        for message in
            answered.chain(asking).chain([TabMessage::CredentialWanted, TabMessage::SignedOut, TabMessage::Activity])
        {
            assert_eq!(heard(told(&message)), message);
        }
    }
}
