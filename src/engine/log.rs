//! The replayable log of the option `debug`: what goes into the engine, as postcard bytes of its own types.
//!
//! A log begins with [`VERSION`] and the [`Config`]; then comes every `(Now, Input)`. What came of them is in the log as the page was
//! told it: the events and snapshots. None of these types can hold a secret, a subject or data, so neither can a log.

use postcard_schema::Schema;
use postcard_schema::key::Key;
use serde::{Deserialize, Serialize};

use super::config::Config;
use super::encoding;
use super::input::Input;
use super::time::Now;

/// Everything that is in a log; only its shape is of interest.
#[derive(Schema)]
#[allow(dead_code)]
struct Contents {
    config: Config,
    inputs: (Now, Input),
}

/// Names the shape of the entries. It follows from the types: a log of another shape is refused instead of misread.
pub const VERSION: [u8; 8] = Key::for_path::<Contents>("replay-log").to_bytes();

/// One entry of a log.
pub fn to_bytes(entry: &impl Serialize) -> Vec<u8> {
    encoding::to_bytes(entry)
}

/// Reads one entry.
///
/// # Errors
/// The bytes are not those of an entry of this kind, or more than those.
pub fn from_bytes<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, postcard::Error> {
    encoding::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use postcard_schema::schema::{DataModelType, DataModelVariant, NamedType};

    use super::super::effect::{Event, Phase};
    use super::super::ids::{FetchId, Generation, RequestId};
    use super::super::input::{Outcome, Persisted, Refusal, SignOut};
    use super::super::snapshot::Snapshot;
    use super::super::tab_message::{CheckResult, TabMessage};
    use super::super::time::{Chance, Instant, Millis, WallTime};
    use super::super::verdict::{Facts, Reason, Trouble, Verdict};
    use super::*;

    /// Every kind of input, with what can be in it.
    fn inputs() -> Vec<Input> {
        let facts = Facts {
            epoch: Some(3),
            idle_in: Some(Millis(86_400_000)),
            absolute_in: None,
            warn_in: Some(Millis(u64::MAX)),
            next_check_in: Some(Millis(500)),
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
        let check = |verdict| CheckResult {
            request: RequestId(u32::MAX),
            phase: Phase::Reconnect,
            verdict,
            epoch: 9,
            next_in: Millis(300_000),
            signed_in: true,
        };
        let started = TabMessage::CheckStarted { phase: Phase::Validate, activity: true, since: Millis(15_000) };
        let messages = [started, TabMessage::CredentialWanted, TabMessage::SignedOut, TabMessage::Activity];
        let messages = messages.into_iter().chain(verdicts.map(|verdict| TabMessage::CheckFinished(check(verdict))));
        let outcomes = verdicts.map(Outcome::Verdict).into_iter().chain([Outcome::NoCredential]);
        let persisted = Persisted {
            sign_out: Some(SignOut { everywhere: true }),
            retry_floor: Some(Millis(5000)),
            signed_out: true,
        };
        let (fetch, generation) = (FetchId(7), Generation(2));
        let mut inputs = vec![
            Input::Start { visible: true, online: false, persisted },
            Input::Stop,
            Input::Dispose,
            Input::Check { activity: true },
            Input::Remembered,
            Input::SignOut { everywhere: true },
            Input::FetchStarted(fetch),
            Input::FetchRefused { fetch, generation, refusal: Refusal::SessionUnknown },
            Input::FetchRefused { fetch, generation, refusal: Refusal::Unclear },
            Input::FetchEnded(fetch),
            Input::DeadlineReached,
            Input::Visible,
            Input::Hidden,
            Input::Focused,
            Input::Left,
            Input::Restored { persisted: Persisted::NOTHING },
            Input::Resumed,
            Input::Online,
            Input::Offline,
            Input::UserActive,
            Input::LockResult { granted: true },
        ];
        inputs.extend(messages.map(|message| Input::Received { message, age: Millis(40) }));
        inputs.extend(outcomes.map(|outcome| Input::Replied { id: RequestId(1), outcome }));
        inputs
    }

    fn now() -> Now {
        Now { instant: Instant(126), wall: WallTime(1_795_263_284_929), chance: Chance(u32::MAX) }
    }

    /// The type and every type in it.
    fn types_in(root: &'static NamedType) -> Vec<&'static NamedType> {
        let mut all = vec![root];
        let variant = |variant: &DataModelVariant| match variant {
            DataModelVariant::UnitVariant => vec![],
            DataModelVariant::NewtypeVariant(inner) => vec![*inner],
            DataModelVariant::TupleVariant(inner) => inner.to_vec(),
            DataModelVariant::StructVariant(fields) => fields.iter().map(|field| field.ty).collect(),
        };
        let inner: Vec<&'static NamedType> = match root.ty {
            DataModelType::Option(inner) | DataModelType::NewtypeStruct(inner) | DataModelType::Seq(inner) => {
                vec![inner]
            }
            DataModelType::Tuple(inner) | DataModelType::TupleStruct(inner) => inner.to_vec(),
            DataModelType::Struct(fields) => fields.iter().map(|field| field.ty).collect(),
            DataModelType::Enum(variants) => variants.iter().flat_map(|each| variant(each.ty)).collect(),
            DataModelType::Map { key, val } => vec![key, val],
            _ => vec![],
        };
        all.extend(inner.into_iter().flat_map(types_in));
        all
    }

    fn is_number_or_made_of_them(ty: &DataModelType) -> bool {
        matches!(
            ty,
            DataModelType::Bool
                | DataModelType::U16
                | DataModelType::U32
                | DataModelType::U64
                | DataModelType::Option(_)
                | DataModelType::NewtypeStruct(_)
                | DataModelType::Tuple(_)
                | DataModelType::Struct(_)
                | DataModelType::Enum(_)
        )
    }

    #[test]
    fn every_kind_of_input_is_read_as_it_was_written() {
        let inputs = inputs();
        for input in &inputs {
            let entry = (now(), *input);
            assert_eq!(from_bytes::<(Now, Input)>(&to_bytes(&entry)), Ok(entry));
        }
        let DataModelType::Enum(kinds) = Input::SCHEMA.ty else { panic!("an input is an enum") };
        let tested: BTreeSet<_> = inputs.iter().map(Input::name).collect();
        assert_eq!(tested.len(), kinds.len(), "a kind of input is missing above");
    }

    #[test]
    fn the_options_are_read_as_they_were_written() {
        let config = Config { idle: Some(Millis(u64::MAX)), cross_tab: true, ..Config::default() };
        let bytes = to_bytes(&(VERSION, &config));
        assert_eq!(bytes.strip_prefix(&VERSION).map(from_bytes::<Config>), Some(Ok(config)));
    }

    #[test]
    fn other_bytes_are_no_entry() {
        for input in inputs() {
            let bytes = to_bytes(&(now(), input));
            from_bytes::<(Now, Input)>(&bytes[..bytes.len() - 1]).expect_err("cut short");
            from_bytes::<(Now, Input)>(&[&bytes[..], &[0]].concat()).expect_err("too long");
        }
        from_bytes::<(Now, Input)>(&[]).expect_err("nothing");
        from_bytes::<(Now, Input)>(&[0xff; 64]).expect_err("no numbers");
    }

    /// A secret, a subject and data are text or anything at all; a number or a name of ours is neither.
    #[test]
    fn no_type_in_a_log_can_hold_text() {
        for root in [Contents::SCHEMA, Snapshot::SCHEMA, Event::SCHEMA] {
            let types = types_in(root);
            assert!(types.len() > 10, "{root:?}");
            for ty in types {
                assert!(is_number_or_made_of_them(ty.ty), "{ty:?}");
            }
        }
        #[derive(Schema)]
        #[allow(dead_code)]
        struct Leaking {
            credential: Option<&'static str>,
        }
        assert!(types_in(Leaking::SCHEMA).iter().any(|ty| !is_number_or_made_of_them(ty.ty)), "text is noticed");
    }

    mod shapes {
        //! One type before and after a change.
        #![allow(dead_code)]

        use postcard_schema::Schema;

        #[derive(Schema)]
        pub(super) enum Before {
            Start { visible: bool },
            Stop,
        }

        #[derive(Schema)]
        pub(super) enum Same {
            Start { visible: bool },
            Stop,
        }

        #[derive(Schema)]
        pub(super) enum NewKind {
            Start { visible: bool },
            Stop,
            Dispose,
        }

        #[derive(Schema)]
        pub(super) enum NewField {
            Start { visible: bool, online: bool },
            Stop,
        }

        #[derive(Schema)]
        pub(super) enum OtherType {
            Start { visible: Option<bool> },
            Stop,
        }

        #[derive(Schema)]
        pub(super) enum OtherName {
            Start { hidden: bool },
            Stop,
        }

        #[derive(Schema)]
        pub(super) enum OtherOrder {
            Stop,
            Start { visible: bool },
        }

        /// A type that is deep inside.
        #[derive(Schema)]
        pub(super) struct Around<T>(pub(super) Option<T>);
    }

    /// The version of a log that holds `T`.
    fn version<T: Schema>() -> [u8; 8] {
        Key::for_path::<shapes::Around<T>>("replay-log").to_bytes()
    }

    #[test]
    fn the_version_changes_with_the_types() {
        use shapes::{Before, NewField, NewKind, OtherName, OtherOrder, OtherType, Same};
        assert_eq!(version::<Same>(), version::<Before>());
        let changed = [
            version::<Before>(),
            version::<NewKind>(),
            version::<NewField>(),
            version::<OtherType>(),
            version::<OtherName>(),
            version::<OtherOrder>(),
        ];
        assert_eq!(BTreeSet::from(changed).len(), changed.len(), "{changed:?}");
    }

    #[test]
    fn config_clocks_and_inputs_are_in_the_version() {
        let contents: BTreeSet<_> = types_in(Contents::SCHEMA).into_iter().map(|ty| ty.name).collect();
        for name in [Config::SCHEMA.name, Now::SCHEMA.name, Input::SCHEMA.name, TabMessage::SCHEMA.name, "Verdict"] {
            assert!(contents.contains(name), "{name} is not among {contents:?}");
        }
    }
}
