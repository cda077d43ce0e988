//! What a session keeps for its work: changing it, and sealing it under the key of today.

use secrecy::{ExposeSecret, SecretString};

use super::{
    Parts,
    api::{Presented, Refused, Unlocked},
};
use crate::{
    clock::Timestamp,
    record::{Data, Key, Record},
    store::{Checked, Patched},
};

/// How often a change is tried on data that others change meanwhile. One browser has a few requests under way at a time,
/// and each try that fails is one of them that succeeded.
const ATTEMPTS: usize = 32;

impl Parts {
    /// Changes the data, and nothing that another request changes meanwhile is lost.
    pub(super) async fn update(
        &self,
        presented: &Presented,
        mut change: impl FnMut(SecretString) -> Result<SecretString, Refused>,
    ) -> Result<Unlocked, Refused> {
        let now = self.clock.now();
        let (mut record, mut cookies) = self.used(presented, now).await?;
        for _ in 0..ATTEMPTS {
            let before = self.kept_data(&record)?;
            let after = change(before.clone())?;
            if before.expose_secret() == after.expose_secret() {
                return self.unlocked(record, cookies);
            }
            let sealed = self.sealer.seal_data(record.family, &after)?;
            let data = Data { sealed, remember: record.data.remember };
            let seen = std::mem::replace(&mut record.data, data.clone());
            // Before anything has changed: a ticket may be too large.
            cookies.ticket = self.renewed_ticket(presented, &record, now).await?;
            match self.store.patch(self.terms(now), record.family, &seen, data).await? {
                Patched::Done => return self.unlocked(record, cookies),
                Patched::NotLive => return Err(self.why_over(record.family, now).await?),
                Patched::Changed => {}
            }
            record = match self.store.check_and_touch(self.terms(now), Key::Family(record.family), true).await? {
                Checked::Valid { record, .. } => record,
                Checked::Ended(reason) => return Err(Refused::ended(reason)),
                Checked::Unknown => return Err(Refused::unknown()),
            };
        }
        Err(Refused::contended())
    }

    /// Seals data again that are under an earlier key, so that the operator may drop that one once all sessions have
    /// been in use. What cannot be opened stays: whoever needs it is told.
    pub(super) async fn seal_anew(&self, record: &mut Record, now: Timestamp) -> Result<(), Refused> {
        if self.sealer.is_under_first_key(&record.data.sealed) {
            return Ok(());
        }
        let Ok(clear) = self.sealer.open_data(record.family, &record.data.sealed) else {
            return Ok(());
        };
        let sealed = self.sealer.seal_data(record.family, &clear)?;
        let data = Data { sealed, remember: record.data.remember };
        // Whoever has changed or ended it meanwhile left nothing to seal.
        if self.store.patch(self.terms(now), record.family, &record.data, data.clone()).await? == Patched::Done {
            record.data = data;
        }
        Ok(())
    }
}
