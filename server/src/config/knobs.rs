//! The policy in force, from its preset and the knobs that were turned, and who turned each.

use super::ConfigError;
use crate::policy::{DEFAULT_PRESET, KNOBS, PRESETS, Policy, Preset, preset};

/// Who set a knob; the later outweighs the earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The preset.
    Preset,
    /// The `--config` file.
    File,
    /// `SESSION_KEEPALIVE_SET`.
    Environment,
    /// `--set`.
    Flag,
}

impl Source {
    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Preset => "preset",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Flag => "flag",
        }
    }
}

/// Where a policy comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources {
    /// What it starts from.
    pub preset: &'static Preset,
    /// The knobs that were turned, the heaviest source last.
    turned: Vec<(&'static str, Source)>,
}

impl Sources {
    /// Who set this knob.
    pub fn of(&self, knob: &str) -> Source {
        self.turned.iter().rev().find(|(turned, _)| *turned == knob).map_or(Source::Preset, |(_, source)| *source)
    }
}

/// `knobs`: texts such as `idle=12h`, each with its source, the lightest first.
pub(super) fn policy(name: Option<&str>, knobs: &[(Source, &[String])]) -> Result<(Policy, Sources), ConfigError> {
    let Some(preset) = preset(name.unwrap_or(DEFAULT_PRESET)) else {
        let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        return Err(ConfigError::new("--preset", format!("wants one of {}", names.join(", "))));
    };
    let (mut policy, mut turned) = (preset.policy, Vec::new());
    let texts = knobs.iter().flat_map(|(source, texts)| texts.iter().map(move |text| (*source, text)));
    for (source, text) in texts {
        let refuse = |wants: String| ConfigError::new("--set", wants);
        let (knob, value) =
            text.split_once('=').ok_or_else(|| refuse("wants KNOB=VALUE, such as idle=12h".to_owned()))?;
        policy.set(knob.trim(), value.trim()).map_err(|error| refuse(error.to_string()))?;
        turned.extend(KNOBS.iter().find(|known| **known == knob.trim()).map(|known| (*known, source)));
    }
    Ok((policy, Sources { preset, turned }))
}
