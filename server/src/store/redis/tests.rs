use super::*;

mod outages;
mod races;
#[path = "../../../tests/support/redis.rs"]
mod server;
mod stored;

use std::sync::{Arc, OnceLock};

use redis::FromRedisValue;
use secrecy::SecretString;

use super::super::{
    Checked, Created, Store, SubjectEnded, Terms,
    contract::sample::{self, some_id, start},
};
use crate::{
    id::{FamilyId, SessionHash, SessionId},
    policy::{Policy, SERVERLESS_24H},
    record::{Data, EndReason, Key, Record},
};
use server::Redis;

mod alone {
    crate::store::contract::contract_tests!((super::apart(super::shared()), ()));
}

mod in_a_cluster {
    use super::*;

    fn cluster() -> &'static Redis {
        static CLUSTER: OnceLock<Redis> = OnceLock::new();
        CLUSTER.get_or_init(Redis::start_cluster)
    }

    crate::store::contract::contract_tests!((apart(cluster()), ()));

    #[tokio::test]
    async fn a_node_that_does_not_have_the_sessions_says_who_has() {
        let node = cluster().join();
        let store = apart(&node);
        let (family, id) = sign_in(&store, Some("alice")).await;
        assert_eq!(state(&store, Key::Session(id)).await, "live");
        // The same sessions as of the node that has them.
        let there = RedisStore { root: store.root.clone(), ..apart(cluster()) };
        assert_eq!(state(&there, Key::Family(family)).await, "live");
    }
}

/// This binary's Redis.
fn shared() -> &'static Redis {
    static REDIS: OnceLock<Redis> = OnceLock::new();
    REDIS.get_or_init(|| Redis::start(&[]))
}

fn address(url: &str) -> RedisAddress {
    RedisAddress::parse(&SecretString::from(url)).unwrap()
}

/// A store of its own there.
fn apart(redis: &Redis) -> RedisStore {
    RedisStore::named(address(&redis.url()), &SessionId::random().unwrap().reveal())
}

fn terms(policy: &Policy) -> Terms<'_> {
    Terms { now: start(), policy }
}

/// Told apart from all else that Redis holds.
fn record(subject: Option<&str>) -> Record {
    let data = Data { sealed: b"very much sealed".to_vec(), remember: true };
    Record { data, user_agent: Some(Arc::from("")), ..sample::record(subject) }
}

async fn sign_in(store: &RedisStore, subject: Option<&str>) -> (FamilyId, SessionHash) {
    sample::add(store, &record(subject)).await
}

async fn try_state(store: &RedisStore, key: Key) -> Result<&'static str, StoreError> {
    Ok(match store.check_and_touch(terms(&SERVERLESS_24H), key, false).await? {
        Checked::Valid { .. } => "live",
        Checked::Ended(reason) => reason.name(),
        Checked::Unknown => "unknown",
    })
}

async fn state(store: &RedisStore, key: Key) -> &'static str {
    try_state(store, key).await.unwrap()
}

/// A command on one of the store's keys.
async fn on<Answer: FromRedisValue>(store: &RedisStore, command: &str, key: &[u8], arguments: &[&str]) -> Answer {
    let key = [store.root.as_bytes(), key].concat();
    let answer = store.link.send(cmd(command).arg(key).arg(arguments)).await.unwrap();
    redis::from_redis_value(answer).unwrap()
}

fn record_key(family: FamilyId) -> Vec<u8> {
    [b"f", family.as_bytes().as_slice()].concat()
}

fn id_key(id: SessionHash) -> Vec<u8> {
    [b"i", id.as_bytes().as_slice()].concat()
}

fn queue_key(subject: &str) -> Vec<u8> {
    [b"s", bytes::owner(Some(subject)).as_slice()].concat()
}
