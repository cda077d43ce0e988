//! What the demo does to connections: an answer says it in its extensions, where the connection is served it is done.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::response::Response;

use super::Demo;

/// What comes after a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Then {
    /// Its connection is closed, and the answer is not sent: it is for the log alone.
    Cut,
    /// Once its connection has been closed, and so the answer is out, the server goes down: no port and no connection
    /// for so long, and then no process.
    Down(Duration),
}

impl Then {
    /// An answer that says so.
    pub(super) fn on(self, mut response: Response) -> Response {
        response.extensions_mut().insert(self);
        response
    }
}

/// The connection is to be closed without an answer.
#[derive(Debug)]
pub(crate) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cut by a fault of the demo")
    }
}

impl std::error::Error for Cut {}

/// A connection of a server with the demo.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    demo: Demo,
    goes_down: Arc<OnceLock<Duration>>,
}

impl Demo {
    pub(crate) fn line(&self) -> Line {
        Line { demo: self.clone(), goes_down: Arc::default() }
    }
}

impl Line {
    /// The answer, if it is to be sent.
    pub(crate) fn pass(&self, response: Response) -> Result<Response, Cut> {
        match response.extensions().get() {
            None => {}
            Some(Then::Cut) => return Err(Cut),
            // A second one has nothing to add.
            Some(Then::Down(closed_for)) => drop(self.goes_down.set(*closed_for)),
        }
        Ok(response)
    }

    /// Serves the connection to its end, or to the server's.
    pub(crate) async fn serve(self, connection: impl Future) {
        tokio::select! {
            _ = connection => {}
            _ = self.demo.down() => {}
        }
        if let Some(closed_for) = self.goes_down.get() {
            self.demo.0.down.send_replace(Some(*closed_for));
        }
    }
}
