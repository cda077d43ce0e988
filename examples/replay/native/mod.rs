//! Reads a log, replays it, and shows it.

mod log;
mod replay;
mod words;

use std::process::ExitCode;

use replay::Step;
use session_keepalive::engine::{Instant, Now};
use session_keepalive::numbers::config;

pub(crate) fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: cargo run --example replay -- log.json");
        return ExitCode::from(2);
    };
    match show(&path) {
        Ok(summary) => {
            println!("\n{summary}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("\n{path}: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn show(path: &str) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let log = log::parse(&text)?;
    println!("{:?}\n", config(&log.options));
    let mut began = None;
    let same = replay::replay(&log, |step| println!("{}", line(step, &mut began)));
    let same = same.map_err(|difference| format!("the engine does something else now\n{difference}"))?;
    Ok(format!("the same: {} inputs, {} effects", same.inputs, same.effects))
}

/// The seconds since the first input, and what happened.
fn line(step: Step, began: &mut Option<Instant>) -> String {
    match step {
        Step::Input { now: Now { instant, wall, .. }, kind, numbers } => {
            let elapsed = instant.since(*began.get_or_insert(instant)).0;
            let (seconds, millis) = (elapsed / 1000, elapsed % 1000);
            format!("{seconds:6}.{millis:03} s  {}", words::input(kind, &numbers, wall))
        }
        Step::Effect { now, kind, numbers } => {
            format!("{:12}    → {}", "", words::effect((kind, numbers), now.wall))
        }
    }
}
