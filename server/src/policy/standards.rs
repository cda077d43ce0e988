//! How a policy stands against the standards: OWASP ASVS 5.0 level 2 and NIST SP 800-63B-4.

use std::time::Duration;

use super::{Absolute, CLIENT_INTERVAL, Limits, Policy, Reconnect, SameSite};

const MINUTES: fn(u64) -> Duration = |minutes| Duration::from_secs(60 * minutes);
const HOUR: u64 = 60;

/// What the warnings need to know of the deployment around the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Ended families are remembered over a restart: by the store, or by a revocation log in a file.
    pub durable_revocations: bool,
    /// Live sessions are remembered over a restart.
    pub durable_store: bool,
    /// The public origin is `https`, so cookies are `Secure`.
    pub secure_cookies: bool,
}

impl Policy {
    /// Where the set, in its deployment, falls short of OWASP ASVS 5.0 level 2 (each such line names the requirement)
    /// or of what it says itself. What is told here works; what cannot work is refused by [`Policy::validate`]. So a
    /// rotation grace that is short for `reconnect=off` is told only: it costs a session where an answer is lost *and*
    /// nothing is asked again within the grace, which a page in use, or a client that checks more often, does; and a
    /// longer grace, during which an id that was stolen stays good, is not for this server to force on anybody.
    pub fn warnings(&self, deployment: Deployment) -> Vec<String> {
        let checks = [
            (
                self.reconnect == Reconnect::Ticket && !deployment.durable_revocations,
                "ASVS 5.0 7.4.1: without a durable revocation log a signed-out session can come back by its ticket \
                 after a restart; use revocations=sqlite:FILE",
            ),
            (self.idle.is_none(), "ASVS 5.0 7.3.1: there is no inactivity limit; set idle"),
            (
                self.absolute == Absolute::Unbounded,
                "ASVS 5.0 7.3.2: there is no absolute session lifetime; set absolute",
            ),
            (
                !deployment.secure_cookies && self.cookie.same_site == SameSite::None,
                "ASVS 5.0 3.3.1: SameSite=None needs Secure, which plain http cannot have; it runs as Lax",
            ),
            (
                !deployment.secure_cookies && self.cookie.partitioned,
                "cookie.partitioned needs Secure, which plain http cannot have; cookies are set without it",
            ),
            (
                self.reconnect == Reconnect::Off && !deployment.durable_store,
                "every restart signs everybody out: the store forgets, and reconnect=off leaves no ticket; use a store \
                 that lasts, or reconnect=ticket",
            ),
            (
                self.rotate_every.is_some()
                    && self.reconnect == Reconnect::Off
                    && self.rotation_grace < self.longest_between_checks(),
                "rotate_every with reconnect=off: a browser that kept the older of two ids is signed out unless it asks \
                 again within rotation_grace; make that longer than a client waits between two checks (330 s, or a \
                 tenth more than next_check_in)",
            ),
        ];
        checks.into_iter().filter(|(short, _)| *short).map(|(_, line)| line.to_owned()).collect()
    }

    /// The longest that an open page waits from one check to the next, with its jitter, while nothing is in the way.
    fn longest_between_checks(&self) -> Duration {
        self.next_check_in.unwrap_or(CLIENT_INTERVAL) * 11 / 10
    }

    /// What an assessor asks, answered from the numbers: where the limits stand with NIST, and what ASVS wants written
    /// down or looked at. Not shortfalls by themselves.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = vec![self.nist().to_owned()];
        let checks = [
            (
                self.limits.per_subject == Limits::UNLIMITED,
                "ASVS 5.0 7.1.2: any number of sessions per subject; document that, or set limits.per_subject",
            ),
            (
                self.cookie.same_site == SameSite::None,
                "ASVS 5.0 3.3.2: with SameSite=None the cookies travel from every site; the checks of origin and header \
                 alone keep forged requests out (3.5.1)",
            ),
            (
                self.idle.is_some() && self.heartbeat_counts,
                "heartbeat_counts=yes: a page left open keeps its session from the idle limit; NIST counts the \
                 subscriber's own activity, so only heartbeat_counts=no makes idle count towards AAL2",
            ),
        ];
        notes.extend(checks.into_iter().filter(|(applies, _)| *applies).map(|(_, line)| line.to_owned()));
        notes
    }

    /// The highest assurance level whose limits of time hold. The authentication itself is not this server's to judge.
    fn nist(&self) -> &'static str {
        let Some(absolute) = self.absolute.limit() else {
            return "NIST SP 800-63B-4 2.1.3: no overall limit, which every level requires";
        };
        let idle = self.idle.filter(|_| !self.heartbeat_counts);
        // Nobody can be idle for longer than the whole lasts.
        let unattended = idle.map_or(absolute, |idle| idle.min(absolute));
        if absolute <= MINUTES(12 * HOUR) && unattended <= MINUTES(15) {
            "NIST SP 800-63B-4 2.3.3: the limits fit AAL3 (12 h in all, 15 min idle)"
        } else if absolute <= MINUTES(24 * HOUR) && unattended <= MINUTES(HOUR) {
            "NIST SP 800-63B-4 2.2.3: the limits fit AAL2 (24 h in all, 1 h idle), not AAL3"
        } else if absolute <= MINUTES(30 * 24 * HOUR) {
            "NIST SP 800-63B-4 2.1.3: the limits fit AAL1 (30 d in all), not AAL2"
        } else {
            "NIST SP 800-63B-4 2.1.3: longer in all than the 30 d that even AAL1 should have"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{PRESETS, SERVERLESS_24H};

    const SOUND: Deployment = Deployment { durable_revocations: true, durable_store: true, secure_cookies: true };

    fn with(knobs: &[(&str, &str)]) -> Policy {
        let mut policy = SERVERLESS_24H;
        for (knob, value) in knobs {
            policy.set(knob, value).unwrap();
        }
        policy
    }

    #[test]
    fn shortfalls_name_their_requirement() {
        let not_durable = Deployment { durable_revocations: false, ..SOUND };
        let plain = Deployment { secure_cookies: false, ..SOUND };
        let forgets = Deployment { durable_store: false, ..SOUND };
        for (knobs, deployment, requirement) in [
            (&[][..], not_durable, "7.4.1"),
            (&[("idle", "none")], SOUND, "7.3.1"),
            (&[("absolute", "unbounded")], SOUND, "7.3.2"),
            (&[("cookie.same_site", "none")], plain, "3.3.1"),
            (&[("cookie.partitioned", "yes")], plain, "cookie.partitioned"),
            (&[("reconnect", "off")], forgets, "every restart signs everybody out"),
            (&[("reconnect", "off"), ("rotate_every", "1h"), ("rotation_grace", "329s")], SOUND, "rotate_every"),
            (
                &[("reconnect", "off"), ("rotate_every", "1h"), ("next_check_in", "1m"), ("rotation_grace", "65s")],
                SOUND,
                "rotate_every",
            ),
        ] {
            let lines = with(knobs).warnings(deployment);
            assert!(matches!(&lines[..], [line] if line.contains(requirement)), "{lines:?}");
        }
        for (knobs, deployment) in [
            (&[][..], forgets),
            (&[("reconnect", "off")], not_durable),
            (&[("rotate_every", "1h")], SOUND),
            (&[("reconnect", "off"), ("rotate_every", "1h"), ("rotation_grace", "330s")], SOUND),
            (&[("cookie.same_site", "none"), ("cookie.partitioned", "yes")], SOUND),
        ] {
            assert_eq!(with(knobs).warnings(deployment), [""; 0], "{knobs:?}");
        }
    }

    #[test]
    fn each_preset_is_labelled_with_where_it_stands() {
        let rows: [(&str, &[&str], &str); 5] = [
            ("serverless-24h", &[], "AAL1"),
            ("until-logout", &["7.3.1", "7.3.2"], "no overall limit"),
            ("express-pg-24h", &[], "AAL1"),
            ("oidc-1h", &["7.3.1"], "AAL2"),
            ("strict-30m", &[], "AAL2"),
        ];
        assert_eq!(PRESETS.iter().map(|preset| preset.name).collect::<Vec<_>>(), rows.map(|(name, ..)| name));
        for (preset, (name, short, nist)) in PRESETS.iter().zip(rows) {
            let lines = preset.policy.warnings(SOUND);
            assert_eq!(lines.len(), short.len(), "{name}: {lines:?}");
            assert!(lines.iter().zip(short).all(|(line, requirement)| line.contains(requirement)), "{name}: {lines:?}");
            let notes = preset.policy.notes();
            assert!(
                notes[0].contains(&format!("{nist} (")) || notes[0].contains(&format!("{nist},")),
                "{name}: {notes:?}"
            );
        }
    }

    #[test]
    fn levels_begin_exactly_at_their_limits() {
        let unattended = ("heartbeat_counts", "no");
        for (knobs, level) in [
            (&[("idle", "15m"), ("absolute", "12h"), unattended][..], "fit AAL3"),
            (&[("idle", "15m"), ("absolute", "13h"), unattended], "fit AAL2"),
            (&[("idle", "16m"), ("absolute", "12h"), unattended], "fit AAL2"),
            (&[("idle", "1h"), ("absolute", "24h"), unattended], "fit AAL2"),
            (&[("idle", "61m"), ("absolute", "24h"), unattended], "fit AAL1"),
            (&[("idle", "1h"), ("absolute", "25h"), unattended], "fit AAL1"),
            (&[("idle", "1h"), ("absolute", "24h")], "fit AAL1"),
            (&[("absolute", "30d")], "fit AAL1"),
            (&[("absolute", "31d")], "longer in all"),
        ] {
            let notes = with(knobs).notes();
            assert!(notes[0].contains(level), "{knobs:?}: {notes:?}");
        }
    }

    #[test]
    fn what_asvs_wants_written_down_is_noted() {
        for (knobs, note) in [
            (&[("limits.per_subject", "unlimited")][..], "7.1.2"),
            (&[("cookie.same_site", "none")], "3.3.2"),
            (&[("idle", "1h")], "heartbeat_counts=no"),
        ] {
            assert!(with(knobs).notes().iter().any(|line| line.contains(note)), "{note}");
        }
        assert_eq!(with(&[("heartbeat_counts", "no")]).notes().len(), 1);
    }
}
