//! The policy in force as the subcommand `policy` prints it.

use std::fmt;

use serde_json::{Value, json};

use super::Config;
use crate::policy::Home;

/// Wide enough for the longest knob with a usual value.
const WIDTH: usize = 30;

/// Every knob with its value and source, what the policy falls short of, and what an assessor asks. As text, a line up
/// to its `#` can be given to `--set`.
#[derive(Clone, Copy, Debug)]
pub struct PolicyReport<'a>(&'a Config);

impl Config {
    /// The policy in force, to be printed.
    pub const fn policy_report(&self) -> PolicyReport<'_> {
        PolicyReport(self)
    }
}

impl PolicyReport<'_> {
    /// The same for machines.
    pub fn to_json(self) -> Value {
        let Self(config) = self;
        let knobs = config
            .policy
            .knobs()
            .map(|(knob, value)| json!({ "knob": knob, "value": value, "from": config.sources.of(knob).name() }));
        json!({
            "preset": config.sources.preset.name,
            "knobs": knobs.collect::<Vec<_>>(),
            "fallsShort": config.policy.warnings(config.deployment()),
            "notes": config.policy.notes(),
        })
    }
}

impl fmt::Display for PolicyReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(config) = self;
        let preset = config.sources.preset;
        let home = match preset.home {
            Home::Anywhere => "any store",
            Home::Lasting(stores) => stores,
        };
        writeln!(f, "# preset {}, made for {home}", preset.name)?;
        for (knob, value) in config.policy.knobs() {
            writeln!(f, "{:WIDTH$} # {}", format!("{knob}={value}"), config.sources.of(knob).name())?;
        }
        for line in config.policy.warnings(config.deployment()) {
            writeln!(f, "# falls short: {line}")?;
        }
        for line in config.policy.notes() {
            writeln!(f, "# note: {line}")?;
        }
        Ok(())
    }
}
