//! What a test's own thread logged: other tests run beside it in one process.

use std::{
    cell::RefCell,
    io::Write,
    time::{Duration, Instant},
};

/// Far more than anything waited for takes.
const WITHIN: Duration = Duration::from_secs(20);

thread_local! {
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct ToLines;

impl Write for ToLines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.write(bytes))
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// From now on. To be called before anything is logged, by every test that reads the log.
pub(crate) fn listen() {
    // For the whole process, so only the first caller's is taken.
    drop(tracing_subscriber::fmt().with_ansi(false).with_writer(|| ToLines).try_init());
}

/// Waits until a line has `part`; what was logged until then is read.
pub(crate) async fn until(part: &str) {
    let (mut read, deadline) = (String::new(), Instant::now() + WITHIN);
    while !read.contains(part) {
        assert!(Instant::now() < deadline, "no {part:?} within {WITHIN:?} in\n{read}");
        tokio::time::sleep(Duration::from_millis(5)).await;
        read += &lines();
    }
}

/// Everything since the last look.
pub(crate) fn lines() -> String {
    String::from_utf8(LINES.take()).unwrap()
}
