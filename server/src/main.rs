//! The reference server's command.

use std::process::ExitCode;

use clap::Parser;
use session_keepalive_server::config::{Cli, Command, Config, LogFormat};
use session_keepalive_server::http::{self, Server, StartError};
use session_keepalive_server::sweep::{self, SweepFailed};
use session_keepalive_server::{shutdown::Signals, telemetry};

/// A request is a few dozen short-lived allocations; this one is the faster at them (`npm run bench:server`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A setting cannot be; also what the command line's own reader exits with.
const BAD_CONFIGURATION: u8 = 2;
/// Started and failed, or could not listen.
const FAILED: u8 = 1;
/// A second signal: stopped at once. What shells report for an interrupted command.
const STOPPED_AT_ONCE: u8 = 130;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let config = match cli.settings.load() {
        Ok(config) => config,
        Err(error) => return fail(BAD_CONFIGURATION, &error),
    };
    match cli.command.unwrap_or(Command::Serve) {
        Command::Policy => {
            match config.log {
                LogFormat::Json => println!("{}", config.policy_report().to_json()),
                LogFormat::Text => print!("{}", config.policy_report()),
            }
            ExitCode::SUCCESS
        }
        Command::Sweep { idle_for } => sweep(&config, idle_for.as_deref()),
        Command::Openapi => {
            print!("{}", http::description(&config));
            ExitCode::SUCCESS
        }
        Command::Migrate => migrate(&config),
        Command::Serve => serve(config),
    }
}

#[tokio::main]
async fn serve(config: Config) -> ExitCode {
    if let Err(error) = telemetry::init_logs(config.log, config.log_level) {
        return fail(FAILED, &error);
    }
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => return fail(FAILED, &error),
    };
    let server = match Server::bind(config).await {
        Ok((_address, server)) => server,
        Err(error) => return not_started(&error),
    };
    signals.next().await;
    tokio::select! {
        () = server.stop() => ExitCode::SUCCESS,
        () = signals.next() => ExitCode::from(STOPPED_AT_ONCE),
    }
}

#[tokio::main]
async fn sweep(config: &Config, idle_for: Option<&str>) -> ExitCode {
    match sweep::sweep(config, idle_for, |line| eprintln!("{line}")).await {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(SweepFailed::Start(error)) => not_started(&error),
        Err(error @ SweepFailed::Sweep(_)) => fail(FAILED, &error),
    }
}

#[tokio::main]
async fn migrate(config: &Config) -> ExitCode {
    match session_keepalive_server::migrate(config).await {
        Ok(done) => {
            println!("{done}");
            ExitCode::SUCCESS
        }
        Err(error) => not_started(&error),
    }
}

fn not_started(error: &StartError) -> ExitCode {
    let code = match error {
        StartError::Config(_) => BAD_CONFIGURATION,
        StartError::Store(_) | StartError::Listen(..) => FAILED,
    };
    fail(code, error)
}

fn fail(code: u8, error: &dyn std::error::Error) -> ExitCode {
    eprintln!("session-keepalive-server: {error}");
    ExitCode::from(code)
}
