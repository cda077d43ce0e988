use super::*;
use crate::policy::RanOut;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn family(byte: u8) -> FamilyId {
    FamilyId::from_bytes([byte; 16])
}

fn ended(byte: u8, reason: EndReason, until: Option<u64>) -> EndedFamily {
    EndedFamily { family: family(byte), reason, until: until.map(at) }
}

fn outdated(subject: &str, not_before: u64, until: Option<u64>) -> Option<Outdated<'_>> {
    Some(Outdated { subject, not_before: at(not_before), until: until.map(at) })
}

#[tokio::test]
async fn what_was_recorded_is_known_to_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("revocations.db");
    let log = Revocations::sqlite(&path).unwrap();
    log.record(vec![ended(1, EndReason::Evicted, Some(9))], outdated("alice", 5, None)).await.unwrap();
    // The first one is still open, as after a SIGKILL: nothing was closed or checkpointed.
    let next = Revocations::sqlite(&path).unwrap();
    let standing = next.look_up(family(1), Some("alice")).await.unwrap();
    assert_eq!(standing, Standing { ended: Some(EndReason::Evicted), not_before: Some(at(5)), spared: None });
    assert_eq!(next.look_up(family(2), Some("bob")).await.unwrap(), Standing::default());
    assert_eq!(next.look_up(family(2), None).await.unwrap(), Standing::default());
    let bytes = std::fs::read(&path).unwrap();
    let wal = std::fs::read(folder.path().join("revocations.db-wal")).unwrap();
    assert!(![bytes, wal].concat().windows(5).any(|window| window == b"alice"));
}

#[tokio::test]
async fn the_first_reason_stays_and_not_before_never_moves_back() {
    let log = Revocations::none().unwrap();
    log.record(vec![ended(1, EndReason::Revoked, None)], outdated("alice", 5, Some(10))).await.unwrap();
    log.record(vec![ended(1, EndReason::Evicted, None)], outdated("alice", 3, Some(8))).await.unwrap();
    let standing = log.look_up(family(1), Some("alice")).await.unwrap();
    assert_eq!(standing, Standing { ended: Some(EndReason::Revoked), not_before: Some(at(5)), spared: None });
}

#[tokio::test]
async fn every_reason_survives() {
    let log = Revocations::none().unwrap();
    let reasons =
        [EndReason::Revoked, EndReason::Evicted, EndReason::RanOut(RanOut::Idle), EndReason::RanOut(RanOut::Absolute)];
    for (byte, reason) in (0..).zip(reasons) {
        log.record(vec![ended(byte, reason, None)], None).await.unwrap();
        assert_eq!(log.look_up(family(byte), None).await.unwrap().ended, Some(reason));
    }
}

#[tokio::test]
async fn pruning_drops_only_what_no_ticket_can_contradict() {
    let log = Revocations::none().unwrap();
    for (byte, until) in [(1, Some(10)), (2, Some(11)), (3, None), (4, Some(9))] {
        log.record(vec![ended(byte, EndReason::Revoked, until)], None).await.unwrap();
    }
    log.record(vec![], outdated("alice", 1, Some(10))).await.unwrap();
    log.record(vec![], outdated("bob", 1, Some(10))).await.unwrap();
    log.record(vec![], outdated("bob", 1, None)).await.unwrap();
    assert_eq!(log.prune(at(10), 1).await.unwrap(), 2);
    assert_eq!(log.prune(at(10), 100).await.unwrap(), 1);
    assert_eq!(log.prune(at(10), 100).await.unwrap(), 0);
    for (byte, kept) in [(1, false), (2, true), (3, true), (4, false)] {
        assert_eq!(log.look_up(family(byte), None).await.unwrap().ended.is_some(), kept, "{byte}");
    }
    assert_eq!(log.look_up(family(9), Some("alice")).await.unwrap().not_before, None);
    assert_eq!(log.look_up(family(9), Some("bob")).await.unwrap().not_before, Some(at(1)));
}

#[test]
fn the_same_millisecond_is_outdated_and_proving_again_is_strictly_later() {
    let signed_out = Standing { ended: None, not_before: Some(at(5)), spared: None };
    for (proven, over) in [(4, true), (5, true), (6, false)] {
        assert_eq!(signed_out.against(at(proven)).is_some(), over, "{proven}");
    }
    // The clock may have been set back since.
    for now in [1, 5, 6, 7] {
        let proven = signed_out.prove(at(now));
        assert!(proven >= at(now) && signed_out.against(proven).is_none(), "{now}");
    }
    assert_eq!(Standing::default().prove(at(3)), at(3));
}

#[test]
fn a_file_that_is_something_else_is_left_alone_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    let error = Revocations::sqlite(&path).unwrap_err().to_string();
    assert!(error.contains("other.db") && error.contains("another program"), "{error}");

    let path = folder.path().join("newer.db");
    drop(Revocations::sqlite(&path).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 2).unwrap();
    let error = Revocations::sqlite(&path).unwrap_err().to_string();
    assert!(error.contains("newer.db") && error.contains("its layout is 2"), "{error}");

    let path = folder.path().join("text.db");
    std::fs::write(&path, "not a database, but long enough to be taken for one at first sight".repeat(20)).unwrap();
    assert!(Revocations::sqlite(&path).unwrap_err().to_string().contains("text.db"));
    assert!(Revocations::sqlite(&folder.path().join("no/folder.db")).unwrap_err().to_string().contains("no/folder.db"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_may_share_one_file_from_its_first_moment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shared.db");
    let tasks: Vec<_> = (0..4)
        .map(|byte| {
            let path = path.clone();
            tokio::spawn(async move {
                let log = Revocations::sqlite(&path).unwrap();
                log.record(vec![ended(byte, EndReason::Revoked, None)], None).await.unwrap();
                log
            })
        })
        .collect();
    let mut logs = Vec::new();
    for task in tasks {
        logs.push(task.await.unwrap());
    }
    for log in logs {
        for byte in 0..4 {
            assert!(log.look_up(family(byte), None).await.unwrap().ended.is_some());
        }
    }
}

#[tokio::test]
async fn a_log_that_fails_says_which_and_answers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.db");
    let log = Revocations::sqlite(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("DROP TABLE ended_family").unwrap();
    let error = log.look_up(family(1), None).await.unwrap_err().to_string();
    assert!(error.contains("cannot read the revocation log") && error.contains("broken.db"), "{error}");
    let error = log.record(vec![ended(1, EndReason::Revoked, None)], None).await.unwrap_err().to_string();
    assert!(error.contains("cannot write"), "{error}");
}

#[tokio::test]
async fn a_survivor_outlives_the_others_until_it_is_outdated_itself() {
    let log = Revocations::none().unwrap();
    assert_eq!(log.spare(family(1), at(4), outdated("alice", 5, Some(10)).unwrap()).await.unwrap(), None);
    let survivor = log.look_up(family(1), Some("alice")).await.unwrap();
    assert_eq!(survivor, Standing { ended: None, not_before: Some(at(5)), spared: Some(at(6)) });
    assert_eq!(survivor.against(at(4)), None);
    assert_eq!(log.look_up(family(2), Some("alice")).await.unwrap().against(at(4)), Some(EndReason::Revoked));
    log.record(Vec::new(), outdated("alice", 6, None)).await.unwrap();
    assert_eq!(log.look_up(family(1), Some("alice")).await.unwrap().against(at(4)), Some(EndReason::Revoked));
    assert_eq!(log.prune(at(10), 10).await.unwrap(), 1);
}

#[tokio::test]
async fn whoever_is_over_spares_itself_in_vain() {
    let log = Revocations::none().unwrap();
    log.record(vec![ended(1, EndReason::Evicted, None)], outdated("alice", 5, None)).await.unwrap();
    for (byte, over) in [(1, EndReason::Evicted), (2, EndReason::Revoked)] {
        let refused = log.spare(family(byte), at(5), outdated("alice", 9, None).unwrap()).await.unwrap();
        assert_eq!(refused, Some(over));
    }
    let standing = log.look_up(family(2), Some("alice")).await.unwrap();
    assert_eq!(standing, Standing { ended: None, not_before: Some(at(5)), spared: None }, "nothing was written");
}

#[tokio::test]
async fn a_log_without_a_list_of_survivors_gets_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("revocations.db");
    let log = Revocations::sqlite(&path).unwrap();
    log.record(vec![ended(1, EndReason::Revoked, None)], None).await.unwrap();
    drop(log);
    Connection::open(&path).unwrap().execute_batch("DROP TABLE spared_family").unwrap();
    let log = Revocations::sqlite(&path).unwrap();
    assert_eq!(log.look_up(family(1), Some("alice")).await.unwrap().ended, Some(EndReason::Revoked));
}
