//! An exhaustive search: every sequence of inputs, over small settings, breadth first from a machine that has not been started.
//!
//! Each transition is held to the [`invariants`](super::invariants) and to the [`rules`] that need private state; each state is
//! held to [`lookahead`]. States are compared in their normal form ([`normal`]). A search that finds no new state is closed: it
//! has visited every reachable state. `npm run search` (`SESSION_KEEPALIVE_SEARCH=deep`) closes all searches but those with other
//! tabs, which stop at a depth that it prints.

mod explore;
mod lookahead;
mod normal;
mod parts;
mod rules;
mod settings;
mod shell;
mod steps;
mod transitions;
mod visited;

use explore::{Found, explore};
use settings::{CLOSED, Depth, Setting};
use std::io::Write;
use std::path::Path;
use std::sync::OnceLock;
use transitions::Transitions;

/// The result of a search, which runs once; several tests use it.
fn searched(setting: &Setting) -> &'static Found {
    static FOUND: [OnceLock<Found>; settings::ALL.len()] = [const { OnceLock::new() }; settings::ALL.len()];
    let place = settings::ALL.iter().position(|each| each().name == setting.name).expect("the setting is in the list");
    FOUND[place].get_or_init(|| {
        let deep = std::env::var_os("SESSION_KEEPALIVE_SEARCH").is_some_and(|value| value == "deep");
        let Depth { usual, deep: deepest } = setting.depth;
        let depth = if deep { deepest } else { usual };
        // Written to stderr directly, because the test harness captures `eprintln!`.
        let say = |found: &Found, what: &str| writeln!(std::io::stderr(), "{what} {}: {found}", setting.name).unwrap();
        let found = explore(setting, depth, |found, new| {
            if deep && new >= WORTH_WAITING_FOR {
                say(found, "searching");
            }
        });
        say(&found, "search");
        assert!(found.closed || depth != CLOSED, "the search did not close: {found}");
        found
    })
}

/// A depth with this many new states takes seconds.
const WORTH_WAITING_FOR: usize = 200_000;

fn search(setting: &Setting) {
    let found = searched(setting);
    assert!(found.connected > 0 && found.over > 0, "the search reached no valid or no ended session: {found}");
}

#[test]
fn with_a_ticket_cookie() {
    search(&settings::cookie());
}

#[test]
fn with_a_ticket_cookie_without_reconnect_and_logout_calls() {
    search(&settings::cookie_alone());
}

#[test]
fn with_a_credential_of_the_page() {
    search(&settings::page());
}

#[test]
fn with_one_fetch_call() {
    search(&settings::one_call());
}

#[test]
fn with_two_fetch_calls() {
    search(&settings::two_calls());
}

#[test]
fn with_epochs() {
    search(&settings::epochs());
}

#[test]
fn with_other_tabs() {
    search(&settings::tabs());
}

#[test]
fn with_other_tabs_and_a_credential_of_the_page() {
    search(&settings::tabs_with_credentials());
}

#[test]
fn with_persisted_state_and_an_idle_user() {
    search(&settings::persisted_and_idle());
}

#[test]
fn with_limits_and_intervals_of_the_server() {
    search(&settings::limits());
}

/// `npm run docs` writes the file anew (`SESSION_KEEPALIVE_STATES=write`).
///
/// Tests start in the order of their names. This one is last, so that it finds the searches of the others started.
#[test]
fn within_all_searches_the_status_changes_as_documented() {
    let mut transitions = Transitions::default();
    for setting in settings::ALL {
        transitions.join(&searched(&setting()).statuses);
    }
    let lines = transitions.lines();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join("states.txt");
    if std::env::var_os("SESSION_KEEPALIVE_STATES").is_some_and(|value| value == "write") {
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let documented: Vec<&str> = text.lines().collect();
    let new: Vec<_> = lines.iter().filter(|line| !documented.contains(&line.as_str())).collect();
    let gone: Vec<_> = documented.iter().filter(|line| !lines.iter().any(|known| known == *line)).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "docs/states.txt lacks {new:#?}, and has {gone:#?}, which the engine does not do; npm run docs"
    );
    assert_eq!(lines, documented, "docs/states.txt is in another order; npm run docs");
}
