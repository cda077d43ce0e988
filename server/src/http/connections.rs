//! The connections to targets that sessions have opened: one per family, opened on first use.
//!
//! A connection is closed when its family ends, when nobody used it for a while, when too many are open (the one
//! unused longest goes) and when it broke. It never decides anything: every use asks the session service first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use session_keepalive::wire::ProblemCode;
use tokio::sync::Mutex as AsyncMutex;

use super::authenticate::Denied;
use super::problem::Refusal;
use crate::id::FamilyId;
use crate::targets::{Connection, DatabaseInfo, Target, TargetError, TargetErrorKind};

/// How long a call waits for another call of its family to be done with the connection.
const QUEUE_TIME: Duration = Duration::from_secs(15);
/// When to ask again for a target that is down.
const TARGET_DOWN: Duration = Duration::from_secs(5);

type Slot = Arc<AsyncMutex<Option<Connection>>>;

/// The connections. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    capacity: usize,
    idle: Duration,
    open: Arc<Mutex<HashMap<FamilyId, Kept>>>,
}

#[derive(Debug)]
struct Kept {
    slot: Slot,
    used: Instant,
}

impl Connections {
    /// At most `capacity`, each for at most `idle` without use.
    pub(crate) fn new(capacity: usize, idle: Duration) -> Self {
        Self { capacity: capacity.max(1), idle, open: Arc::default() }
    }

    /// Reads engine, version and tables through the family's connection.
    pub(crate) async fn describe(&self, family: FamilyId, target: &Target) -> Result<DatabaseInfo, Refusal> {
        let slot = self.slot(family, Instant::now());
        let Ok(mut connection) = tokio::time::timeout(QUEUE_TIME, slot.lock()).await else {
            let detail = "The target is busy with this session's earlier calls.";
            return Err(Refusal::new(ProblemCode::TargetUnavailable, detail).retry_after(TARGET_DOWN));
        };
        if let Some(open) = connection.as_mut() {
            match open.describe().await {
                // It may have been closed by the other side since its last use: a new one tells.
                Err(error) if error.kind() == TargetErrorKind::Unavailable => *connection = None,
                answer => return answer.map_err(|error| refusal(&error)),
            }
        }
        let mut fresh = target.open().await.map_err(|error| refusal(&error))?;
        let answer = fresh.describe().await.map_err(|error| refusal(&error))?;
        *connection = Some(fresh);
        Ok(answer)
    }

    /// Closes the connection of a family that ended.
    pub(crate) fn close(&self, family: FamilyId) {
        self.lock().remove(&family);
    }

    /// Closes all.
    pub(crate) fn close_all(&self) {
        self.lock().clear();
    }

    /// Closes what nobody used for a while.
    pub(crate) fn close_idle(&self) {
        let now = Instant::now();
        self.lock().retain(|_, kept| now.saturating_duration_since(kept.used) < self.idle);
    }

    fn slot(&self, family: FamilyId, now: Instant) -> Slot {
        let mut open = self.lock();
        if !open.contains_key(&family) && open.len() >= self.capacity {
            let unused_longest = open.iter().min_by_key(|(_, kept)| kept.used).map(|(family, _)| *family);
            if let Some(family) = unused_longest {
                open.remove(&family);
            }
        }
        let kept = open.entry(family).or_insert_with(|| Kept { slot: Slot::default(), used: now });
        kept.used = now;
        kept.slot.clone()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<FamilyId, Kept>> {
        // Every change is complete in itself, so a panicking holder leaves nothing half done.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The target's refusal on the wire. Never 401: the session is as good as before.
pub(crate) fn refusal(error: &TargetError) -> Refusal {
    Denied::from(error).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(number: u8) -> FamilyId {
        FamilyId::from_bytes([number; 16])
    }

    fn families(connections: &Connections) -> Vec<FamilyId> {
        connections.lock().keys().copied().collect()
    }

    #[test]
    fn the_one_unused_longest_makes_room() {
        let connections = Connections::new(2, Duration::from_secs(60));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        connections.slot(family(1), at(0));
        connections.slot(family(2), at(1));
        connections.slot(family(1), at(2));
        connections.slot(family(3), at(3));
        let mut left = families(&connections);
        left.sort_by_key(|family| *family.as_bytes());
        assert_eq!(left, [family(1), family(3)]);
    }

    #[test]
    fn unused_and_ended_ones_are_closed() {
        let connections = Connections::new(8, Duration::ZERO);
        connections.slot(family(1), Instant::now());
        connections.close_idle();
        assert!(families(&connections).is_empty());
        connections.slot(family(2), Instant::now());
        connections.close(family(2));
        assert!(families(&connections).is_empty());
    }
}
