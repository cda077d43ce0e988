//! The scripts, each with all that it needs: Redis knows a script by the hash of its whole text.

use redis::Script;

/// A script and its hash.
pub(super) struct Known {
    pub(super) code: &'static str,
    pub(super) hash: String,
}

impl Known {
    fn new(code: &'static str) -> Self {
        Self { code, hash: Script::new(code).get_hash().to_owned() }
    }
}

/// One for each operation.
pub(super) struct Scripts {
    pub(super) create: Known,
    pub(super) look: Known,
    pub(super) check: Known,
    pub(super) rotate: Known,
    pub(super) end: Known,
    pub(super) end_subject: Known,
    pub(super) list: Known,
    pub(super) patch: Known,
    pub(super) sweep: Known,
    pub(super) stats: Known,
}

macro_rules! script {
    ($($part:literal)*) => {
        Known::new(concat!($(include_str!(concat!("lua/", $part, ".lua"))),*))
    };
}

impl Scripts {
    pub(super) fn new() -> Self {
        Self {
            create: script!("record" "queues" "sessions" "room" "create"),
            look: script!("look"),
            check: script!("record" "queues" "check"),
            rotate: script!("record" "queues" "sessions" "room" "rotate"),
            end: script!("record" "queues" "sessions" "end"),
            end_subject: script!("record" "queues" "sessions" "end_subject"),
            list: script!("record" "queues" "sessions" "list"),
            patch: script!("record" "queues" "sessions" "patch"),
            sweep: script!("record" "queues" "sessions" "sweep"),
            stats: script!("stats"),
        }
    }
}
