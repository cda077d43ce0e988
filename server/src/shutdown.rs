//! How the process ends.

use tokio::signal;

/// Waits for `SIGTERM` or `SIGINT` (Ctrl-C).
///
/// # Errors
/// When the signals cannot be listened to.
#[cfg(unix)]
pub async fn signalled() -> std::io::Result<()> {
    use signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Waits for Ctrl-C.
///
/// # Errors
/// When it cannot be listened to.
#[cfg(not(unix))]
pub async fn signalled() -> std::io::Result<()> {
    signal::ctrl_c().await
}

/// Ends the process as `SIGKILL` does: no destructor, no last word.
pub(crate) fn die_at_once() -> ! {
    #[cfg(unix)]
    {
        let own = rustix::process::getpid();
        // Cannot fail: a process may always signal itself.
        drop(rustix::process::kill_process(own, rustix::process::Signal::KILL));
    }
    std::process::abort()
}
