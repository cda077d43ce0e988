//! Reads a log, replays it, and shows it.

mod log;
mod replay;
mod words;

use std::process::ExitCode;

use replay::Step;
use session_keepalive::engine::{Instant, Now};

pub(crate) fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: cargo run --example replay -- log");
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
    let mut began = None;
    let same = replay::replay(&log, |step| println!("{}", line(step, &mut began)));
    let same = same.map_err(|difference| format!("the engine does something else now\n{difference}"))?;
    Ok(format!("the same: {} inputs, {} events", same.inputs, same.events))
}

/// The seconds since the first input, and what happened: an event behind `→`, another effect behind `·`.
fn line(step: Step<'_>, began: &mut Option<Instant>) -> String {
    let indented = |mark: char, words: &str| format!("{:12}    {mark} {words}", "");
    match step {
        Step::Options(config) => words::debug(config),
        Step::Input { now: Now { instant, .. }, input } => {
            let elapsed = instant.since(*began.get_or_insert(instant)).0;
            let (seconds, millis) = (elapsed / 1000, elapsed % 1000);
            format!("{seconds:6}.{millis:03} s  {}", words::debug(&input))
        }
        Step::Effect(effect) => indented('·', &words::debug(&effect)),
        Step::Event { now, name, detail } => indented('→', &words::event(name, detail, now)),
        Step::NoRedirect(reason) => {
            indented('·', &format!("no redirect for {}: the login page was open, or there was no URL", reason.as_str()))
        }
        Step::Trap => indented('→', "the module stopped with an error"),
    }
}
