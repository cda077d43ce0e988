//! A forwarder of TCP connections that can break the way to a database.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

use super::form::lasting_port;

/// What happens to connections, those that are open and new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Open,
    /// Answers come so much later.
    Slow(Duration),
    /// They are accepted and kept, and nothing goes through.
    Silent,
    /// They are closed and refused.
    Closed,
}

#[derive(Debug)]
pub(crate) struct Forwarder {
    port: u16,
    way: watch::Sender<Way>,
}

impl Forwarder {
    /// To that port of this machine.
    pub(crate) fn start(to: u16) -> Self {
        let (port, (way, ways)) = (lasting_port(), watch::channel(Way::Open));
        tokio::spawn(listen(port, to, ways));
        Self { port, way }
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn make(&self, way: Way) {
        self.way.send_replace(way);
    }
}

/// Until the forwarder is gone.
async fn listen(port: u16, to: u16, mut ways: watch::Receiver<Way>) {
    while ways.wait_for(|way| *way != Way::Closed).await.is_ok() {
        let mut closed = ways.clone();
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        loop {
            tokio::select! {
                _ = closed.wait_for(|way| *way == Way::Closed) => break,
                accepted = listener.accept() => {
                    let (client, _) = accepted.unwrap();
                    tokio::spawn(forward(client, to, ways.clone()));
                }
            }
        }
    }
}

async fn forward(client: TcpStream, to: u16, mut ways: watch::Receiver<Way>) {
    let mut closed = ways.clone();
    let both = async move {
        if ways.wait_for(|way| *way != Way::Silent).await.is_err() {
            return;
        }
        // A database that is gone closes the connection.
        let Ok(server) = TcpStream::connect(("127.0.0.1", to)).await else {
            return;
        };
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        tokio::select! {
            () = pump(from_client, to_server, ways.clone(), false) => {}
            () = pump(from_server, to_client, ways, true) => {}
        }
    };
    tokio::select! {
        () = both => {}
        _ = closed.wait_for(|way| *way == Way::Closed) => {}
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut ways: watch::Receiver<Way>, answers: bool) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let way = *ways.borrow();
        if let (Way::Slow(late), true) = (way, answers) {
            tokio::time::sleep(late).await;
        }
        let goes_through = ways.wait_for(|way| *way != Way::Silent).await.is_ok();
        if !goes_through || to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
