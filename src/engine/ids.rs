//! Identifiers that inputs, effects, messages and snapshots share. They import nothing, so that none of those imports another
//! for an id.

use postcard_schema::Schema;
use serde::{Deserialize, Serialize};

/// Identifies one request. A reply with another id is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Schema)]
pub struct RequestId(pub u32);

/// Identifies one `session.fetch` call of the application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Schema)]
pub struct FetchId(pub u32);

/// Counts how often the session was established. Every request records the generation that it was sent in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Schema)]
pub struct Generation(pub u32);
