//! Starting, serving and stopping.
//!
//! A graceful stop closes the listener, lets what is in flight come to its end (at most [`Limits::stop_time`]), also
//! state changes whose client has hung up, and then stops the background work and lets go of the store.
//!
//! [`Limits::stop_time`]: crate::config::Limits::stop_time

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tracing::{info, warn};

use super::Routes;
use super::app::SessionKeepalive;
use super::connections::Connections;
use super::database::Work;
use super::demo::Demo;
use super::health::Operation;
use super::openapi;
use super::site::Site;
use crate::background::Background;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ConfigError, Limits, Origin};
use crate::start::{self, Parts};
use crate::store::StoreError;

/// The size of the buffer that a request's head must fit in. Beyond it the connection is answered 431 and closed; below
/// it the application answers 413 with the protocol's code.
const HEAD_BUFFER: usize = 64 * 1024;
/// More headers than any browser sends.
const MAX_HEADERS: usize = 128;
/// How long to wait before accepting again when the system has no file handle left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// The server did not start.
#[derive(Debug)]
pub enum StartError {
    /// A setting cannot be.
    Config(ConfigError),
    /// The store cannot be reached or used.
    Store(StoreError),
    /// The address cannot be listened on.
    Listen(SocketAddr, io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Store(error) => write!(f, "--store: {}", error.0),
            Self::Listen(address, error) => {
                write!(f, "--listen: {address} cannot be listened on: {error}")
            }
        }
    }
}

impl std::error::Error for StartError {}

impl From<ConfigError> for StartError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

/// The server.
#[derive(Debug)]
pub struct Server;

/// A running server.
#[derive(Debug)]
pub struct ServerHandle {
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl ServerHandle {
    /// Stops gracefully, and returns when all has ended.
    pub async fn stop(self) {
        self.stop.cancel();
        if self.serving.await.is_err() {
            warn!("the server's own task failed");
        }
    }
}

impl Server {
    /// Starts a server. With port 0 in `config.listen` the system chooses one; the address is answered.
    ///
    /// # Errors
    /// When a setting cannot be (a file that cannot be read, an unknown target), the store cannot be reached, or the
    /// address is taken.
    pub async fn bind(config: Config) -> Result<(SocketAddr, ServerHandle), StartError> {
        Self::bind_by(config, Arc::new(SystemClock)).await
    }

    /// The same, with sessions that live by this clock.
    ///
    /// # Errors
    /// As [`Server::bind`].
    pub async fn bind_by(config: Config, clock: Arc<dyn Clock>) -> Result<(SocketAddr, ServerHandle), StartError> {
        let listener =
            TcpListener::bind(config.listen).await.map_err(|error| StartError::Listen(config.listen, error))?;
        let address = listener.local_addr().map_err(|error| StartError::Listen(config.listen, error))?;
        let public = config.origin_at(address);
        let demo = config.demo.then(|| Demo::new(&public, clock.clone()));
        let clock = demo.as_ref().map_or(clock, Demo::clock);
        let parts = start::assemble(&config, address, &public, clock).await?;
        log_start(&config, address, &public, &parts);
        let Parts { sessions, targets, metrics, .. } = parts;

        let connections = Connections::new(config.limits.kept_targets, config.limits.target_idle);
        let router = Routes {
            work: Work { targets, connections: connections.clone() },
            operation: Operation {
                sessions: sessions.sessions().clone(),
                metrics: metrics.clone(),
                description: openapi::describe(&sessions.state().cookies).into(),
            },
            sessions: sessions.clone(),
            site: Site::new(config.site, config.demo),
            demo: demo.clone(),
        }
        .into_router();
        let stop = CancellationToken::new();
        let background = Background::start(sessions.sessions(), &connections, metrics);
        let running = Running { background, sessions, connections, router, demo, limits: config.limits };
        let serving = tokio::spawn(running.serve(listener, stop.clone()));
        Ok((address, ServerHandle { stop, serving }))
    }
}

fn log_start(config: &Config, address: SocketAddr, public: &Origin, parts: &Parts) {
    let policy = config.policy.knobs().map(|(knob, value)| format!("{knob}={value}")).collect::<Vec<_>>().join(" ");
    for warning in &parts.warnings {
        warn!("{warning}");
    }
    for note in config.policy.notes() {
        info!("{note}");
    }
    info!(
        %address,
        public_origin = %public,
        store = %config.store,
        revocations = parts.revocations,
        policy = %policy,
        demo = config.demo,
        "serving"
    );
}

struct Running {
    sessions: SessionKeepalive,
    connections: Connections,
    router: Router,
    demo: Option<Demo>,
    limits: Limits,
    background: Background,
}

impl Running {
    async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        let graceful = GracefulShutdown::new();
        let seats = Arc::new(Semaphore::new(self.limits.connections));
        let load = self.sessions.sessions().load().clone();
        load.bound(self.limits.connections);
        let down = async || match &self.demo {
            Some(demo) => demo.down().await,
            None => std::future::pending().await,
        };
        let goes_down = loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break None,
                closed_for = down() => break Some(closed_for),
                accepted = accept(&listener, &seats) => accepted,
            };
            if let Some((stream, peer, seat)) = accepted {
                let held = load.hold();
                let serving = self.connection(stream, peer, graceful.watcher());
                tokio::spawn(async move {
                    serving.await;
                    drop((seat, held));
                });
            }
        };
        drop(listener);
        if let Some(closed_for) = goes_down {
            Demo::die_after(closed_for, &stop).await;
        }
        info!("stopping: no new connections, finishing what is in flight");
        self.finish(graceful).await;
        info!("stopped");
    }

    /// Serves one connection to its end.
    fn connection(&self, stream: TcpStream, peer: SocketAddr, watcher: Watcher) -> impl Future<Output = ()> + use<> {
        let router = self.router.clone();
        let line = self.demo.as_ref().map(Demo::line);
        let calls = line.clone();
        let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let (answering, line) = (router.clone().oneshot(request), calls.clone());
            async move {
                let Ok(response) = answering.await;
                match line {
                    None => Ok(response),
                    Some(line) => line.pass(response),
                }
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head_time)
            .max_buf_size(HEAD_BUFFER)
            .max_headers(MAX_HEADERS)
            .serve_connection(TokioIo::new(stream), service);
        let watched = watcher.watch(connection);
        async move {
            // A client that breaks the connection or its head is no event of ours.
            match line {
                None => drop(watched.await),
                Some(line) => line.serve(watched).await,
            }
        }
    }

    async fn finish(self, graceful: GracefulShutdown) {
        let in_flight = async {
            graceful.shutdown().await;
            self.sessions.finish().await;
        };
        if tokio::time::timeout(self.limits.stop_time, in_flight).await.is_err() {
            let seconds = self.limits.stop_time.as_secs();
            warn!(seconds, "some requests were not finished in time");
        }
        self.background.stop().await;
        self.connections.close_all();
    }
}

/// The next connection, once there is a seat for it.
async fn accept(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let seat = seats.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are small and whole; waiting for more to send would only delay them.
            drop(stream.set_nodelay(true));
            Some((stream, peer, seat))
        }
        Err(error) => {
            // The client left before it was accepted, or the system is out of file handles.
            warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}
