//! Signing in through a provider (OpenID Connect, authorization code with PKCE): a session begins before anybody knows
//! whose it is, and is signed in on when the person comes back.
//!
//! `PROVIDER=https://id.example cargo run --example oidc`. The provider's answer is taken as it is; a real application
//! has its signed `id_token` checked by a library for it.

use std::{error::Error, fmt, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Query, State},
    response::Redirect,
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use session_keepalive_server::{
    config::Origin,
    http::{CurrentSession, Refusal, SessionKeepalive, Visit},
    policy::{Absolute, CookiePolicy, End, Policy, Reconnect, SERVERLESS_24H, SameSite},
    store::memory::MemoryStore,
    ticket::TicketKeys,
};
use sha2::{Digest, Sha256};
use url::Url;

/// An hour, whatever happens. `Lax`: the way back from the provider is a request from another site.
pub(crate) const POLICY: Policy = Policy {
    idle: None,
    absolute: Absolute::After(Duration::from_secs(60 * 60)),
    touch_every: Duration::from_secs(60),
    cookie: CookiePolicy { same_site: SameSite::Lax, ..SERVERLESS_24H.cookie },
    end: End::Delete,
    reconnect: Reconnect::Off,
    ..SERVERLESS_24H
};

/// What a session keeps while its person is at the provider.
#[derive(Deserialize, Serialize)]
struct Begun {
    state: String,
    nonce: String,
    verifier: String,
}

/// What it keeps afterwards.
#[derive(Deserialize, Serialize)]
struct Tokens {
    access_token: String,
    refreshed: u32,
}

/// The provider, and how it knows this application.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) authorize: Url,
    pub(crate) token: Url,
    pub(crate) own_origin: Origin,
    pub(crate) client: reqwest::Client,
}

/// The provider's answer to a code.
#[derive(Deserialize)]
struct Identity {
    sub: String,
    nonce: String,
    access_token: String,
}

#[derive(Deserialize)]
struct Return {
    code: String,
    state: String,
}

/// The application.
pub(crate) fn app(sessions: &SessionKeepalive, provider: Provider) -> Router {
    Router::new()
        .route("/login", post(login))
        .route("/callback", get(callback))
        .route("/me", get(me))
        .route("/refresh", post(refresh))
        .route("/logout", post(logout))
        .with_state(provider)
        .nest("/api", sessions.routes())
        .layer(sessions.layer())
}

async fn login(State(provider): State<Provider>, visit: Visit) -> Result<Redirect, Refusal> {
    let begun = Begun { state: random()?, nonce: random()?, verifier: random()? };
    visit.begin(&begun).await?;
    let mut there = provider.authorize.clone();
    there.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("redirect_uri", &provider.callback()),
        ("state", &begun.state),
        ("nonce", &begun.nonce),
        ("code_challenge_method", "S256"),
        ("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(&begun.verifier))),
    ]);
    Ok(Redirect::to(there.as_str()))
}

async fn callback(
    State(provider): State<Provider>,
    Query(back): Query<Return>,
    visit: Visit,
) -> Result<Redirect, Refusal> {
    let begun = visit.kept::<Begun>().await?.data;
    if back.state != begun.state {
        return Err(Refusal::plain(StatusCode::FORBIDDEN, "This is not the sign-in that began here. Start again."));
    }
    let identity = provider.identity(&back.code, &begun.verifier).await?;
    if identity.nonce != begun.nonce {
        return Err(Refusal::plain(StatusCode::FORBIDDEN, "The provider answered for another sign-in. Start again."));
    }
    let tokens = Tokens { access_token: identity.access_token, refreshed: 0 };
    visit.sign_in(&identity.sub, &tokens, false).await?;
    Ok(Redirect::to("/me"))
}

async fn me(session: CurrentSession<String, Tokens>) -> String {
    let Tokens { access_token, refreshed } = session.data;
    format!("{} with a token of {} characters, refreshed {refreshed} times", session.subject, access_token.len())
}

async fn refresh(session: CurrentSession<String>) -> Result<StatusCode, Refusal> {
    session.visit().update(|tokens: &mut Tokens| tokens.refreshed += 1).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn logout(visit: Visit) -> Result<StatusCode, Refusal> {
    visit.sign_out(false).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Provider {
    fn callback(&self) -> String {
        format!("{}/callback", self.own_origin)
    }

    async fn identity(&self, code: &str, verifier: &str) -> Result<Identity, Refusal> {
        let asked = serde_json::json!({ "code": code, "code_verifier": verifier, "redirect_uri": self.callback() });
        let answer = self.client.post(self.token.clone()).json(&asked).send().await.map_err(unavailable)?;
        if answer.status().is_client_error() {
            return Err(Refusal::plain(StatusCode::FORBIDDEN, "The provider does not know this sign-in. Start again."));
        }
        answer.error_for_status().map_err(unavailable)?.json().await.map_err(unavailable)
    }
}

fn unavailable(_: reqwest::Error) -> Refusal {
    Refusal::plain(StatusCode::BAD_GATEWAY, "The provider did not answer. Try again.")
}

/// 256 bits that nobody guesses.
fn random() -> Result<String, Refusal> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|_| Refusal::plain(StatusCode::SERVICE_UNAVAILABLE, "There is no randomness now. Try again."))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({})", self.authorize)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    let own_origin = Origin::of_listener(listener.local_addr()?);
    let sessions = SessionKeepalive::builder(POLICY, Arc::new(MemoryStore::new()))
        .keys(TicketKeys::load_or_make(Path::new("ticket-keys"))?)
        .origin(own_origin.clone())
        .build()?;
    let at = Url::parse(&std::env::var("PROVIDER")?)?;
    let (authorize, token) = (at.join("/authorize")?, at.join("/token")?);
    let app = app(&sessions, Provider { authorize, token, own_origin, client: reqwest::Client::new() });
    Ok(axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?)
}
