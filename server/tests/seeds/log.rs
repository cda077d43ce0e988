//! What a test's own thread logged: other tests run beside it in one process.

use std::{cell::RefCell, io::Write};

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

/// Everything since the last look.
pub(crate) fn lines() -> String {
    String::from_utf8(LINES.take()).unwrap()
}
