//! The policy as text: each knob as [`Policy::set`] would take it back.

use std::time::Duration;

use super::{Absolute, CookieAge, End, Limits, Policy, Reconnect, SameSite, WhenFull};

impl Policy {
    /// Every knob with its value, in the order of [`KNOBS`](super::KNOBS).
    pub fn knobs(&self) -> impl Iterator<Item = (&'static str, String)> {
        let Self {
            idle,
            absolute,
            heartbeat_counts,
            touch_every,
            warn_before,
            next_check_in,
            rotate_every,
            rotation_grace,
            cookie,
            limits,
            end,
            reconnect,
            cleanup,
        } = *self;
        [
            ("idle", optional(idle)),
            (
                "absolute",
                match absolute {
                    Absolute::After(limit) => duration(limit),
                    Absolute::Unbounded => "unbounded".to_owned(),
                },
            ),
            ("heartbeat_counts", switch(heartbeat_counts)),
            ("touch_every", duration(touch_every)),
            ("warn_before", duration(warn_before)),
            ("next_check_in", optional(next_check_in)),
            ("rotate_every", optional(rotate_every)),
            ("rotation_grace", duration(rotation_grace)),
            (
                "cookie.same_site",
                match cookie.same_site {
                    SameSite::Strict => "strict",
                    SameSite::Lax => "lax",
                    SameSite::None => "none",
                }
                .to_owned(),
            ),
            (
                "cookie.max_age",
                match cookie.max_age {
                    CookieAge::BrowserSession => "session".to_owned(),
                    CookieAge::Fixed(age) => format!("fixed:{}", duration(age)),
                    CookieAge::Rolling(age) => format!("rolling:{}", duration(age)),
                },
            ),
            ("cookie.partitioned", switch(cookie.partitioned)),
            ("limits.total", limit(limits.total)),
            ("limits.per_subject", limit(limits.per_subject)),
            (
                "limits.when_full",
                match limits.when_full {
                    WhenFull::Evict => "evict",
                    WhenFull::Reject => "reject",
                }
                .to_owned(),
            ),
            (
                "end",
                match end {
                    End::Delete => "delete".to_owned(),
                    End::Keep(how_long) => format!("keep:{}", duration(how_long)),
                },
            ),
            (
                "reconnect",
                match reconnect {
                    Reconnect::Off => "off",
                    Reconnect::Ticket => "ticket",
                }
                .to_owned(),
            ),
            ("cleanup.every", duration(cleanup.every)),
            ("cleanup.jitter", format!("{}%", cleanup.jitter)),
            ("cleanup.batch", cleanup.batch.to_string()),
        ]
        .into_iter()
    }
}

/// One knob a line, as `--set` takes it.
fn optional(value: Option<Duration>) -> String {
    value.map_or_else(|| "none".to_owned(), duration)
}

fn switch(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

fn limit(value: usize) -> String {
    match value {
        Limits::UNLIMITED => "unlimited".to_owned(),
        number => number.to_string(),
    }
}

/// In the largest unit that divides it.
fn duration(value: Duration) -> String {
    let millis = value.as_millis();
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let unit = units.into_iter().find(|(unit, _)| millis > 0 && millis.is_multiple_of(*unit));
    let (unit, name) = unit.unwrap_or((1, "ms"));
    format!("{}{name}", millis / unit)
}

#[cfg(test)]
mod tests {
    use crate::policy::{KNOBS, SERVERLESS_24H};

    #[test]
    fn shows_every_knob_once() {
        let names: Vec<&str> = SERVERLESS_24H.knobs().map(|(knob, _)| knob).collect();
        assert_eq!(names, KNOBS);
    }

    #[test]
    fn what_is_shown_can_be_set_again() {
        let mut odd = SERVERLESS_24H;
        for (knob, value) in [
            ("idle", "none"),
            ("absolute", "unbounded"),
            ("heartbeat_counts", "no"),
            ("touch_every", "0"),
            ("warn_before", "1500ms"),
            ("next_check_in", "90s"),
            ("rotate_every", "2h"),
            ("rotation_grace", "61m"),
            ("cookie.same_site", "none"),
            ("cookie.max_age", "rolling:25h"),
            ("cookie.partitioned", "yes"),
            ("limits.total", "unlimited"),
            ("limits.per_subject", "3"),
            ("limits.when_full", "reject"),
            ("end", "delete"),
            ("reconnect", "off"),
            ("cleanup.every", "5m"),
            ("cleanup.jitter", "50%"),
            ("cleanup.batch", "9"),
        ] {
            odd.set(knob, value).expect(knob);
        }
        for policy in [SERVERLESS_24H, odd] {
            // Starts from the other one, so that a knob left out would show.
            let mut again = if policy == odd { SERVERLESS_24H } else { odd };
            for (knob, value) in policy.knobs() {
                again.set(knob, &value).expect(knob);
            }
            assert_eq!(again, policy);
        }
    }
}
