//! S2, `express-pg-24h`: a day from the sign-in, also in frames on other sites.

use session_keepalive::wire::ProblemCode::*;
use session_keepalive_server::sessions::{CookieChange, Presented};

use super::world::{DAY, HOUR, MINUTE, SECOND, World, https_cookie, in_memory, in_postgres, promises};

promises! { "express-pg-24h" over memory: super::in_memory, postgres: super::in_postgres => [
    s2_5_a_session_lasts_24_hours_from_the_sign_in_however_it_is_used
    s2_6_nothing_is_stored_for_who_has_not_signed_in
    s2_6_data_are_not_written_again_by_use
    s2_7_the_sessions_are_counted
] }

promises! { "express-pg-24h" over postgres_alone: super::in_postgres => [
    s2_1_a_session_is_a_row_under_its_hashed_id_and_what_runs_out_is_found_by_an_index
    s2_2_the_tables_are_made_where_there_are_none_and_then_left_alone
    s2_3_the_applications_connections_are_shared
    s2_7_a_table_that_is_gone_is_told_and_heals_when_it_is_back
    s2_4_a_session_survives_a_restart_and_a_deployment
] }

async fn s2_1_a_session_is_a_row_under_its_hashed_id_and_what_runs_out_is_found_by_an_index(world: World) {
    let alice = world.signed_in("alice").await;
    world.signed_in("bob").await;
    let id = alice.presented.session.as_ref().unwrap().hash();
    let subject = "SELECT subject FROM keepalive_session JOIN keepalive_session_id USING (family) WHERE id = $1";
    let row = world.sql().await.query_one(subject, &[&id.as_bytes().as_slice()]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), "alice");

    let keys = world.keys_and_indexes().await;
    let has = |table: &str, columns: &str, primary: bool| {
        keys.iter().any(|key| key.table == table && key.columns == columns && key.primary == primary)
    };
    assert!(has("keepalive_session_id", "id", true), "{keys:?}");
    assert!(has("keepalive_session", "created", false), "{keys:?}");
    // A use would have to write to an index as well, and no longer find room beside the row.
    assert!(!keys.iter().any(|key| key.columns.contains("last_")), "{keys:?}");
}

async fn s2_2_the_tables_are_made_where_there_are_none_and_then_left_alone(mut world: World) {
    let drop = "DROP TABLE keepalive_session_id, keepalive_session, keepalive_layout";
    world.sql().await.batch_execute(drop).await.unwrap();
    assert_eq!(world.keys_and_indexes().await, []);
    world.restart().await;
    let mut alice = world.signed_in("alice").await;
    let made = world.keys_and_indexes().await;
    assert!(!made.is_empty());
    world.restart().await;
    assert_eq!(world.keys_and_indexes().await, made);
    assert!(alice.answer(&world).await.valid);
}

async fn s2_3_the_applications_connections_are_shared(world: World) {
    let signed = "ALTER TABLE keepalive_session ADD written_by integer DEFAULT pg_backend_pid()";
    world.sql().await.batch_execute(signed).await.unwrap();
    let mut alice = world.signed_in("alice").await;
    let theirs = "SELECT written_by = pg_backend_pid() FROM keepalive_session";
    assert!(world.sql().await.query_one(theirs, &[]).await.unwrap().get::<_, bool>(0));
    // There is but one, and the application goes on using it.
    world.sql().await.batch_execute("CREATE TABLE orders (number integer)").await.unwrap();
    assert!(alice.answer(&world).await.valid);
}

async fn s2_7_a_table_that_is_gone_is_told_and_heals_when_it_is_back(world: World) {
    let mut alice = world.signed_in("alice").await;
    world.sessions.ping().await.unwrap();
    world.sql().await.batch_execute("ALTER TABLE keepalive_session RENAME TO elsewhere").await.unwrap();
    assert_eq!(world.sessions.ping().await.unwrap_err().code, StoreUnavailable);
    assert_eq!(alice.refusal(&world).await, StoreUnavailable, "which is not \"signed out\"");
    world.sql().await.batch_execute("ALTER TABLE elsewhere RENAME TO keepalive_session").await.unwrap();
    world.sessions.ping().await.unwrap();
    assert!(alice.answer(&world).await.valid);
}

async fn s2_4_a_session_survives_a_restart_and_a_deployment(mut world: World) {
    let mut alice = world.signed_in("alice").await;
    let mut over = world.signed_in("bob").await;
    let copied = over.clone();
    over.logout(&world).await;
    world.restart().await;
    let answer = alice.answer(&world).await;
    assert_eq!((answer.reconnected, answer.epoch, answer.subject.as_deref()), (false, 1, Some("alice")));
    assert_eq!(copied.clone().refusal(&world).await, SessionUnknown);
}

async fn s2_5_a_session_lasts_24_hours_from_the_sign_in_however_it_is_used(world: World) {
    let mut alice = world.signed_in("alice").await;
    for _ in 0..23 {
        world.pass(HOUR);
        // The browser drops the cookie when the session ends, so it is never set for longer.
        assert!(matches!(alice.active(&world).await.unwrap().session, CookieChange::Keep));
    }
    world.pass(HOUR - SECOND);
    assert_eq!(alice.answer(&world).await.absolute_in, Some(1));
    world.pass(SECOND);
    assert_eq!(alice.refusal(&world).await, SessionUnknown, "an ended session leaves nothing behind");
    assert_eq!(world.live().await, 0, "no use has kept its row either");
}

async fn s2_6_nothing_is_stored_for_who_has_not_signed_in(world: World) {
    for _ in 0..10 {
        let refused = world.sessions.validate(&Presented::default(), true).await.unwrap_err();
        assert!(matches!(refused.session, CookieChange::Keep), "no cookie either");
    }
    assert_eq!(world.live().await, 0);
}

async fn s2_6_data_are_not_written_again_by_use(world: World) {
    let mut alice = world.signed_in("alice").await;
    let before = world.list("alice").await.remove(0);
    world.pass(MINUTE);
    alice.active(&world).await.unwrap();
    let after = world.list("alice").await.remove(0);
    assert_eq!(after.data, before.data, "sealed anew, they would differ");
    assert_eq!(after.last_seen.since(before.last_seen), MINUTE, "each use is noted");
}

async fn s2_7_the_sessions_are_counted(world: World) {
    for number in 0..154 {
        world.signed_in(&format!("subject {number}")).await;
    }
    world.sessions.ping().await.unwrap();
    assert_eq!(world.sessions.stats().await.unwrap().live, 154);
    world.pass(DAY);
    assert_eq!(world.live().await, 0);
}

#[tokio::test]
async fn s2_5_the_cookie_lives_24_hours_and_travels_to_other_sites_by_https_alone() {
    let (_, attributes) = https_cookie("express-pg-24h").await;
    assert_eq!(attributes, "HttpOnly; SameSite=None; Partitioned; Secure; Path=/; Max-Age=86400");
}
