//! An application with accounts of its own: names and passwords in place of connection strings.
//!
//! `cargo run --example own_login`, then sign in: `curl -i http://127.0.0.1:3000/api/connect -H 'x-session-keepalive: 1'
//! -H 'content-type: application/json' -d '{"name":"alice","password":"wonderland"}'`

use std::{error::Error, net::SocketAddr, path::Path, sync::Arc};

use axum::{Router, routing::get};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use session_keepalive_server::{
    config::{ConfigError, Origin},
    http::{Authenticate, CurrentSession, Denied, Proven, SessionKeepalive},
    policy::SERVERLESS_24H,
    store::memory::MemoryStore,
    ticket::TicketKeys,
};

/// What a person signs in with.
#[derive(Deserialize)]
pub(crate) struct Login {
    name: String,
    password: SecretString,
}

/// The application's accounts: number, name, password. A real one keeps hashes.
pub(crate) struct Accounts(pub(crate) &'static [(u32, &'static str, &'static str)]);

impl Authenticate for Accounts {
    type Credential = Login;
    type Subject = u32;
    type Data = ();

    fn claimed(&self, login: &Login) -> Result<Option<String>, Denied> {
        Ok(Some(login.name.clone()))
    }

    async fn check(&self, login: Login) -> Result<Proven<u32, ()>, Denied> {
        let password = login.password.expose_secret();
        let account = self.0.iter().find(|(_, name, secret)| *name == login.name && *secret == password);
        let (number, ..) = account.ok_or_else(|| Denied::refused("Name or password is wrong."))?;
        Ok(Proven { subject: Some(*number), data: () })
    }
}

/// The whole of it: the protocol's calls below `/api`, and a page for whoever has signed in.
pub(crate) fn app(origin: Origin, keys: TicketKeys, accounts: Accounts) -> Result<Router, ConfigError> {
    let sessions = SessionKeepalive::builder(SERVERLESS_24H, Arc::new(MemoryStore::new()))
        .keys(keys)
        .origin(origin)
        .authenticate(accounts)
        .build()?;
    Ok(Router::new().route("/account", get(account)).nest("/api", sessions.routes()).layer(sessions.layer()))
}

async fn account(session: CurrentSession<u32>) -> String {
    format!("account {}", session.subject)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    let keys = TicketKeys::load_or_make(Path::new("ticket-keys"))?;
    let app = app(Origin::of_listener(listener.local_addr()?), keys, Accounts(&[(7, "alice", "wonderland")]))?;
    Ok(axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?)
}
