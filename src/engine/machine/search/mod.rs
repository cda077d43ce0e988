//! Every sequence of inputs, over small settings: breadth first, from a machine that has not been started.
//!
//! [`rules`] holds of each transition, as [`shell`] sees it; [`lookahead`] of each state, whatever led to it. States are
//! compared after [`normal`] took away what makes no difference. A search that finds no new state has closed, and then
//! nothing was left out: `npm run search` (`SESSION_KEEPALIVE_SEARCH=deep`) goes on until all have but those with other
//! tabs, which end at a depth that it prints.

mod explore;
mod lookahead;
mod normal;
mod rules;
mod settings;
mod shell;
mod steps;
mod transitions;

use explore::{Found, explore};
use settings::{CLOSED, Depth, Setting};
use std::io::Write;
use std::path::Path;
use std::sync::OnceLock;
use transitions::Transitions;

/// What a search has seen. It is made once, by whichever test asks first.
fn searched(setting: &Setting) -> &'static Found {
    static FOUND: [OnceLock<Found>; settings::ALL.len()] = [const { OnceLock::new() }; settings::ALL.len()];
    let place = settings::ALL.iter().position(|each| each().name == setting.name).expect("it is one of them");
    FOUND[place].get_or_init(|| {
        let deep = std::env::var_os("SESSION_KEEPALIVE_SEARCH").is_some_and(|value| value == "deep");
        let Depth { usual, deep: deepest } = setting.depth;
        let depth = if deep { deepest } else { usual };
        let found = explore(setting, depth);
        // Past the capture of the test harness: the numbers are part of the result.
        writeln!(std::io::stderr(), "search {}: {found}", setting.name).unwrap();
        assert!(found.closed || depth != CLOSED, "it was to close: {found}");
        found
    })
}

fn search(setting: &Setting) {
    let found = searched(setting);
    assert!(found.connected > 0 && found.over > 0, "a search that reaches nothing shows nothing: {found}");
}

#[test]
fn with_a_ticket_cookie() {
    search(&settings::cookie());
}

#[test]
fn with_a_ticket_cookie_and_nothing_to_reconnect_or_log_out_with() {
    search(&settings::cookie_alone());
}

#[test]
fn with_a_credential_of_the_page() {
    search(&settings::page());
}

#[test]
fn with_a_call_of_the_application() {
    search(&settings::one_call());
}

#[test]
fn with_two_calls_of_the_application() {
    search(&settings::two_calls());
}

#[test]
fn with_what_epochs_say() {
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
fn with_what_was_left_behind_and_a_person_who_idles() {
    search(&settings::kept_and_idle());
}

#[test]
fn with_limits_and_wishes_of_the_server() {
    search(&settings::limits());
}

/// The file is made anew with `SESSION_KEEPALIVE_STATES=write`, by `npm run docs`.
///
/// Tests begin in the order of their names: with this one the others have been, and their searches are not waited for.
#[test]
fn with_whatever_happens_the_status_changes_as_the_documents_say() {
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
    let told: Vec<&str> = text.lines().collect();
    let new: Vec<_> = lines.iter().filter(|line| !told.contains(&line.as_str())).collect();
    let gone: Vec<_> = told.iter().filter(|line| !lines.iter().any(|known| known == *line)).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "docs/states.txt lacks {new:#?}, and has {gone:#?}, which the engine does not do; npm run docs"
    );
    assert_eq!(lines, told, "docs/states.txt is in another order; npm run docs");
}
