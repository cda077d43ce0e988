//! The protocol of session-keepalive in axum: sessions in memory, which a restart forgets, and a signed ticket in a
//! cookie, which brings them back.
//!
//! `TICKET_KEY=$(openssl rand -hex 32) cargo run -p session-keepalive-server --example axum_backend`
//!
//! The key must be the same after every restart, and so must ENDED_FILE, which holds what was signed out. Crates: axum,
//! base64, cookie, getrandom, hmac, serde, serde_json, sha2, tokio. The reference server is a library too: an axum
//! application that wants more than this need not write it (`server/examples`).

use std::{
    collections::{HashMap, HashSet},
    env,
    error::Error,
    fs::{self, OpenOptions},
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    body::{Bytes, HttpBody, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cookie::{Cookie, SameSite, time::Duration};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;
use sha2::Sha256;

// --- What is yours: who may sign in --------------------------------------------------------------------------------
/// A real application keeps hashes, and slows down who guesses.
const ACCOUNTS: &[(&str, &str)] = &[("alice", "wonderland")];

fn is_right(name: &str, password: &str) -> bool {
    ACCOUNTS.contains(&(name, password))
}

// --- Refusals: RFC 9457 with the protocol's code -------------------------------------------------------------------
struct Refusal {
    status: StatusCode,
    code: &'static str,
    detail: String,
    /// Boxed: most have none.
    headers: Box<HeaderMap>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), headers: Box::default() }
    }

    fn ended(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
    }

    fn unknown() -> Self {
        Self::ended("SESSION_UNKNOWN", "There is no such session.")
    }

    /// For a failure of this machine: the module keeps the session and asks again.
    fn unavailable(detail: &str) -> Self {
        let mut refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, "STORE_UNAVAILABLE", detail);
        refusal.headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        refusal
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { status, code, detail, headers } = self;
        let body = json!({ "type": "about:blank", "status": status.as_u16(), "code": code, "detail": detail });
        (status, *headers, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
    }
}

// --- Sessions ------------------------------------------------------------------------------------------------------
/// One sign-in, and what its ticket holds. Times are in seconds.
#[derive(Clone, Deserialize, Serialize)]
struct Session {
    family: String,
    subject: String,
    created: f64,
    active: f64,
    epoch: u32,
    /// The secret in the cookie: not in the ticket.
    #[serde(skip)]
    id: String,
    #[serde(skip, default = "yes")]
    remember: bool,
}

fn yes() -> bool {
    true
}

/// What was signed out must stay so over a restart: a family, or all that a subject began before a moment.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Ended {
    Family { family: String },
    Subject { subject: String, before: f64 },
}

#[derive(Default)]
struct Memory {
    sessions: HashMap<String, Session>,
    ended_families: HashSet<String>,
    ended_subjects: HashMap<String, f64>,
}

impl Memory {
    fn learn(&mut self, ended: Ended) {
        match ended {
            Ended::Family { family } => drop(self.ended_families.insert(family)),
            Ended::Subject { subject, before } => drop(self.ended_subjects.insert(subject, before)),
        }
    }
}

struct Backend {
    origin: String,
    port: u16,
    idle: f64,
    absolute: f64,
    key: Hmac<Sha256>,
    ended_file: String,
    memory: Mutex<Memory>,
}

type Shared = State<Arc<Backend>>;

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

fn secret() -> Result<String, Refusal> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Refusal::unavailable("There is no randomness now."))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

impl Backend {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends for good: on the disk first, then here. A disk that fails is a 503, so that the module asks again.
    fn end(&self, memory: &mut Memory, ended: Ended) -> Result<(), Refusal> {
        let write = || {
            let mut file = OpenOptions::new().create(true).append(true).open(&self.ended_file)?;
            file.write_all(format!("{}\n", json!(ended)).as_bytes())?;
            file.sync_data()
        };
        write().map_err(|_: std::io::Error| Refusal::unavailable("What ends cannot be written down now."))?;
        memory.learn(ended);
        Ok(())
    }

    fn last_moment(&self, session: &Session) -> f64 {
        (session.active + self.idle).min(session.created + self.absolute)
    }

    fn refuse_ended(&self, memory: &Memory, session: &Session) -> Result<(), Refusal> {
        let everywhere = memory.ended_subjects.get(&session.subject).is_some_and(|before| session.created <= *before);
        if everywhere || memory.ended_families.contains(&session.family) {
            Err(Refusal::ended("SESSION_REVOKED", "The session was signed out."))
        } else if now() >= session.active + self.idle {
            Err(Refusal::ended("SESSION_TIMEOUT", "Nobody has used the session for too long."))
        } else if now() >= session.created + self.absolute {
            Err(Refusal::ended("SESSION_EXPIRED", "The session is too old."))
        } else {
            Ok(())
        }
    }

    fn begin(&self, memory: &mut Memory, session: &Session) {
        memory.sessions.retain(|_, old| now() < self.last_moment(old));
        memory.sessions.insert(session.family.clone(), session.clone());
    }

    // --- The ticket: what is needed to go on, signed. It holds no secret of the person; seal yours if it does. -----
    fn signed(&self, text: &str) -> Hmac<Sha256> {
        self.key.clone().chain_update(format!("ticket {} {text}", self.origin))
    }

    fn ticket_of(&self, session: &Session) -> String {
        let text = URL_SAFE_NO_PAD.encode(json!(session).to_string());
        let signature = URL_SAFE_NO_PAD.encode(self.signed(&text).finalize().into_bytes());
        format!("{text}.{signature}")
    }

    /// The session that the ticket of this request is for. Refuses one that is missing or cannot be trusted.
    fn read_ticket(&self, headers: &HeaderMap) -> Result<Session, Refusal> {
        let ticket = cookie(headers, &self.name("ticket")).ok_or_else(Refusal::unknown)?;
        let read = || {
            let (text, signature) = ticket.split_once('.')?;
            self.signed(text).verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
        };
        read().ok_or_else(|| {
            let refusal = Refusal::ended("RECONNECT_REFUSED", "The ticket is not ours.");
            Refusal { headers: Box::new(self.no_cookies()), ..refusal }
        })
    }

    /// The session that this request names and this process knows.
    fn read_session(&self, memory: &Memory, headers: &HeaderMap) -> Option<Session> {
        let presented = cookie(headers, &self.name("session"))?;
        let (family, id) = presented.split_once('.')?;
        // By their hashes: how long it takes to compare those says nothing of the id.
        memory.sessions.get(family).filter(|known| self.hash(&known.id) == self.hash(id)).cloned()
    }

    fn hash(&self, id: &str) -> impl PartialEq {
        self.key.clone().chain_update(format!("id {id}")).finalize()
    }

    /// The session of this request, and whether it was brought back by its ticket.
    fn establish(&self, memory: &mut Memory, headers: &HeaderMap) -> Result<(Session, bool), Refusal> {
        if let Some(live) = self.read_session(memory, headers) {
            self.refuse_ended(memory, &live)?;
            return Ok((live, false));
        }
        let ticket = self.read_ticket(headers)?;
        self.refuse_ended(memory, &ticket)?;
        // Another tab may have been faster: then this is the same session, not a second one.
        if let Some(back) = memory.sessions.get(&ticket.family) {
            return Ok((back.clone(), true));
        }
        let back = Session { id: secret()?, epoch: ticket.epoch + 1, ..ticket };
        self.begin(memory, &back);
        Ok((back, true))
    }

    // --- Cookies: out of the reach of script. Plain http is for this machine, where ports share their cookies. -----
    fn name(&self, base: &str) -> String {
        if self.origin.starts_with("https:") { format!("__Host-{base}") } else { format!("{base}-{}", self.port) }
    }

    fn cookie(&self, base: &str, value: String) -> Cookie<'static> {
        Cookie::build((self.name(base), value))
            .path("/")
            .http_only(true)
            .secure(self.origin.starts_with("https:"))
            .same_site(SameSite::Strict)
            .build()
    }

    fn removal(&self, base: &str) -> Cookie<'static> {
        let mut cookie = self.cookie(base, String::new());
        cookie.make_removal();
        cookie
    }

    fn no_cookies(&self) -> HeaderMap {
        set_cookies([self.removal("session"), self.removal("ticket")])
    }

    fn cookies_of(&self, session: &Session) -> HeaderMap {
        let mut ticket = self.removal("ticket");
        if session.remember {
            ticket = self.cookie("ticket", self.ticket_of(session));
            ticket.set_max_age(Duration::seconds_f64(self.last_moment(session) - now()));
        }
        set_cookies([self.cookie("session", format!("{}.{}", session.family, session.id)), ticket])
    }

    fn answer(&self, session: &Session, reconnected: bool) -> Json<serde_json::Value> {
        let seconds_to = |at: f64| (at - now()).max(0.0) as u64;
        let left = seconds_to(self.last_moment(session));
        Json(json!({
            "valid": true, "reconnected": reconnected, "epoch": session.epoch, "subject": session.subject,
            "idleIn": seconds_to(session.active + self.idle), "absoluteIn": seconds_to(session.created + self.absolute),
            "warnIn": left.saturating_sub(300), "nextCheckIn": null,
        }))
    }
}

/// Split as bytes: another application on the host may set cookies in any encoding. A value of ours that is not text is
/// an unreadable cookie, not a missing one.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut all = headers.get_all(header::COOKIE).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
    let value = all.find_map(|one| one.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="))?;
    Some(String::from_utf8_lossy(value).into_owned())
}

fn set_cookies<const N: usize>(cookies: [Cookie<'_>; N]) -> HeaderMap {
    let values = cookies.iter().filter_map(|cookie| HeaderValue::from_str(&cookie.to_string()).ok());
    values.map(|value| (header::SET_COOKIE, value)).fold(HeaderMap::new(), |mut headers, (name, value)| {
        headers.append(name, value);
        headers
    })
}

// --- The calls -----------------------------------------------------------------------------------------------------
/// Cross-site requests can't work.
fn csrf_refusal(backend: &Backend, method: &Method, headers: &HeaderMap) -> Option<Refusal> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let foreign = match (text("origin"), text("sec-fetch-site")) {
        (Some(origin), _) => origin != backend.origin,
        (None, site) => !matches!(site, None | Some("same-origin" | "none")),
    };
    let content_type = text("content-type").unwrap_or_default().replace(' ', "").to_lowercase();
    let is_json = ["application/json", "application/json;charset=utf-8"].contains(&content_type.as_str());
    let marked = text("x-session-keepalive") == Some("1") && is_json;
    let changes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let refused = text("host") != backend.origin.split("//").nth(1) || foreign || (changes && !marked);
    refused.then(|| {
        let how = "with x-session-keepalive: 1 and content-type: application/json";
        Refusal::new(StatusCode::FORBIDDEN, "CSRF_REFUSED", format!("Call from {}, {how}.", backend.origin))
    })
}

async fn guard(State(backend): Shared, request: Request, next: Next) -> Response {
    let mut response = match csrf_refusal(&backend, request.method(), request.headers()) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The body of a call. An empty one equals `{}`.
async fn fields<Body: DeserializeOwned>(request: Request) -> Result<(HeaderMap, Body), Refusal> {
    const LIMIT: usize = 16 * 1024;
    let (parts, body) = request.into_parts();
    let too_large = || Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", "The body is too large.");
    if body.size_hint().lower() > LIMIT as u64 {
        return Err(too_large());
    }
    let bytes = to_bytes(body, LIMIT).await.map_err(|_| too_large())?;
    let bytes = if bytes.is_empty() { Bytes::from_static(b"{}") } else { bytes };
    let body = serde_json::from_slice(&bytes)
        .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", format!("The body: {error}.")))?;
    Ok((parts.headers, body))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Connect {
    name: String,
    password: String,
    #[serde(default = "yes")]
    remember: bool,
}

async fn connect(State(backend): Shared, request: Request) -> Result<impl IntoResponse, Refusal> {
    let (headers, Connect { name, password, remember }) = fields(request).await?;
    if !is_right(&name, &password) {
        let detail = "Name or password is wrong.";
        return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "CONNECTION_REFUSED", detail));
    }
    let mut memory = backend.memory();
    // A new id for a new sign-in: whoever knew the one before knows nothing.
    if let Some(before) = backend.read_session(&memory, &headers).or_else(|| backend.read_ticket(&headers).ok()) {
        backend.end(&mut memory, Ended::Family { family: before.family })?;
    }
    let (family, id, at) = (secret()?, secret()?, now());
    let session = Session { family, id, subject: name, created: at, active: at, epoch: 1, remember };
    backend.begin(&mut memory, &session);
    Ok((backend.cookies_of(&session), backend.answer(&session, false)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Validate {
    #[serde(default)]
    activity: bool,
}

async fn validate(State(backend): Shared, request: Request) -> Result<impl IntoResponse, Refusal> {
    let (headers, Validate { activity }) = fields(request).await?;
    let mut memory = backend.memory();
    let (mut session, reconnected) = backend.establish(&mut memory, &headers)?;
    if activity {
        session.active = now();
        backend.begin(&mut memory, &session);
    }
    // A new ticket whenever it would say something new.
    let cookies = if reconnected || activity { backend.cookies_of(&session) } else { HeaderMap::new() };
    Ok((cookies, backend.answer(&session, reconnected)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

async fn reconnect(State(backend): Shared, request: Request) -> Result<impl IntoResponse, Refusal> {
    let (headers, Nothing {}) = fields(request).await?;
    let (session, _) = backend.establish(&mut backend.memory(), &headers)?;
    Ok((backend.cookies_of(&session), backend.answer(&session, true)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Logout {
    #[serde(default)]
    everywhere: bool,
}

async fn logout(State(backend): Shared, request: Request) -> Result<impl IntoResponse, Refusal> {
    let (headers, Logout { everywhere }) = fields(request).await?;
    let mut memory = backend.memory();
    // The ticket counts too: this may be the first request after a restart.
    if let Some(session) = backend.read_session(&memory, &headers).or_else(|| backend.read_ticket(&headers).ok()) {
        let Session { family, subject, .. } = session;
        let ended = if everywhere { Ended::Subject { subject, before: now() } } else { Ended::Family { family } };
        backend.end(&mut memory, ended)?;
    }
    Ok((StatusCode::NO_CONTENT, backend.no_cookies()))
}

/// What is protected says SESSION_UNKNOWN where the session is lost; `session.fetch` brings it back and asks again.
async fn me(State(backend): Shared, headers: HeaderMap) -> Result<impl IntoResponse, Refusal> {
    let memory = backend.memory();
    let session = backend.read_session(&memory, &headers).ok_or_else(Refusal::unknown)?;
    backend.refuse_ended(&memory, &session)?;
    Ok(Json(json!({ "subject": session.subject })))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let setting = |name: &str, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
    let port: u16 = setting("PORT", "3000").parse()?;
    let key = setting("TICKET_KEY", "");
    if key.len() < 64 {
        return Err("TICKET_KEY must be 32 random bytes in hex: openssl rand -hex 32".into());
    }
    let ended_file = setting("ENDED_FILE", "ended.jsonl");
    let mut memory = Memory::default();
    if fs::exists(&ended_file)? {
        for line in fs::read_to_string(&ended_file)?.lines() {
            memory.learn(serde_json::from_str(line)?);
        }
    }
    let backend = Arc::new(Backend {
        origin: setting("ORIGIN", &format!("http://127.0.0.1:{port}")),
        port,
        idle: setting("IDLE", "86400").parse()?,
        absolute: setting("ABSOLUTE", "2592000").parse()?,
        key: Hmac::new_from_slice(key.as_bytes())?,
        ended_file,
        memory: Mutex::new(memory),
    });
    let app = Router::new()
        .route("/api/connect", post(connect))
        .route("/api/validate-session", post(validate))
        .route("/api/reconnect", post(reconnect))
        .route("/api/logout", post(logout))
        .route("/api/me", get(me))
        .layer(from_fn_with_state(backend.clone(), guard))
        .with_state(backend);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://127.0.0.1:{port}");
    Ok(axum::serve(listener, app).await?)
}
