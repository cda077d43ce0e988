//! What the settings of a Redis mean for sessions.

use redis::{FromRedisValue, cmd, from_redis_value};

use super::RedisStore;
use crate::store::StoreError;

impl RedisStore {
    /// Where Redis is set up so that sessions, or their end, can be lost; each with what to do. What it does not tell,
    /// as some hosted ones don't, is passed over.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn warnings(&self) -> Result<Vec<String>, StoreError> {
        let info: String = self.ask("INFO", &[]).await?;
        let of = |field: &str| {
            info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':')).unwrap_or_default().trim()
        };
        let mut warnings = Vec::new();
        let policy = of("maxmemory_policy");
        if !["", "noeviction"].contains(&policy) {
            warnings.push(format!(
                "{} has maxmemory-policy {policy}: when its memory is full it drops sessions that are still good. Set \
                 maxmemory-policy noeviction",
                self.link.home()
            ));
        }
        if of("aof_enabled") == "0" {
            warnings.push(format!(
                "{} has appendonly no: when it ends, sign-ins since its last snapshot are lost and sign-outs undone. \
                 Set appendonly yes and appendfsync always",
                self.link.home()
            ));
        } else if let Ok(found) = self.ask::<Vec<String>>("CONFIG", &["GET", "appendfsync"]).await
            && let Some(sync) = found.get(1).filter(|sync| *sync != "always")
        {
            warnings.push(format!(
                "{} has appendfsync {sync}: when its machine fails, the last sign-ins are lost and the last sign-outs \
                 undone. Set appendfsync always",
                self.link.home()
            ));
        }
        Ok(warnings)
    }

    async fn ask<Answer: FromRedisValue>(&self, command: &str, arguments: &[&str]) -> Result<Answer, StoreError> {
        let failed = |error| self.link.failed(&error);
        let answer = self.link.send(cmd(command).arg(arguments)).await.map_err(failed)?;
        from_redis_value(answer).map_err(|error| failed(error.into()))
    }
}
