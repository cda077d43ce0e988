//! A server in this process and browsers that speak to it: every header under the test's control.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use reqwest::{Client, Method, RequestBuilder, header::HeaderMap};
use serde_json::{Value, json};
use session_keepalive_server::{
    clock::{Clock, ManualClock, SystemClock},
    config::{Config, Settings},
    http::{Server, ServerHandle},
    targets::sample,
};
use tempfile::TempDir;

/// A running server with its files in a temporary folder. It ends with the test's runtime.
pub(crate) struct Backend {
    pub(crate) address: SocketAddr,
    pub(crate) handle: ServerHandle,
    pub(crate) folder: TempDir,
}

/// Settings that keep every file below `folder`, with a sample database as `sqlite:sample.db`.
pub(crate) fn settings(folder: &Path) -> Settings {
    let files = folder.join("files");
    fs::create_dir_all(&files).unwrap();
    sample::write(&files.join("sample.db")).unwrap();
    Settings {
        listen: Some("127.0.0.1:0".to_owned()),
        allow_target: vec!["sqlite:".to_owned()],
        files_root: Some(files),
        ticket_keys: Some(folder.join("ticket-keys").display().to_string()),
        revocations: Some(format!("sqlite:{}", folder.join("revocations.db").display())),
        ..Settings::default()
    }
}

impl Backend {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// With settings changed by `change`.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::configured(change, |_| {}).await
    }

    /// With settings changed by `change`, and what no setting reaches by `bend`.
    pub(crate) async fn configured(change: impl FnOnce(&mut Settings), bend: impl FnOnce(&mut Config)) -> Self {
        Self::on(tempfile::tempdir().unwrap(), Arc::new(SystemClock), change, bend).await
    }

    /// With settings changed by `change`, and a clock that the test moves.
    pub(crate) async fn clocked(change: impl FnOnce(&mut Settings)) -> (Self, ManualClock) {
        let clock = ManualClock::default();
        (Self::on(tempfile::tempdir().unwrap(), Arc::new(clock.clone()), change, |_| {}).await, clock)
    }

    async fn on(
        folder: TempDir,
        clock: Arc<dyn Clock>,
        change: impl FnOnce(&mut Settings),
        bend: impl FnOnce(&mut Config),
    ) -> Self {
        let mut settings = settings(folder.path());
        change(&mut settings);
        let mut config = settings.resolve().unwrap();
        bend(&mut config);
        let (address, handle) = Server::bind_by(config, clock).await.unwrap();
        Self { address, handle, folder }
    }

    /// Stops it, and starts another one on its files: the memory store is empty then.
    pub(crate) async fn restart(self, change: impl FnOnce(&mut Settings)) -> Self {
        self.handle.stop().await;
        Self::on(self.folder, Arc::new(SystemClock), change, |_| {}).await
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::at(&self.origin())
    }

    /// `browser` with its cookies, at this server.
    pub(crate) fn browser_with(&self, browser: &Browser) -> Browser {
        Browser { cookies: browser.cookies.clone(), ..self.browser() }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("files").join(name)
    }
}

/// Keeps cookies as a browser does, and sends the headers that the module sends.
#[derive(Clone)]
pub(crate) struct Browser {
    client: Client,
    origin: String,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The problem's code; panics unless the answer is a problem document whose status is its own.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{self:?}");
        assert_eq!(problem["type"], "about:blank");
        problem["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn detail(&self) -> String {
        self.json()["detail"].as_str().unwrap_or_default().to_owned()
    }

    /// The header's value, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect()
    }
}

impl Browser {
    pub(crate) fn at(origin: &str) -> Self {
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { client, origin: origin.to_owned(), cookies: BTreeMap::new() }
    }

    /// A request with cookies and nothing else.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.origin));
        if self.cookies.is_empty() {
            return request;
        }
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.header("cookie", cookies.join("; "))
    }

    /// A `POST` with the headers that it must have.
    pub(crate) fn prepare(&self, path: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.bare(Method::POST, path)
            .header("x-session-keepalive", "1")
            .header("content-type", "application/json")
            .body(body)
    }

    /// Sends, and keeps the cookies.
    pub(crate) async fn send(&mut self, request: RequestBuilder) -> Answer {
        self.try_send(request).await.unwrap()
    }

    /// The same where the answer may not come, or not whole; then no cookie of it is kept.
    pub(crate) async fn try_send(&mut self, request: RequestBuilder) -> reqwest::Result<Answer> {
        let answer = try_send(request).await?;
        for cookie in answer.set_cookies() {
            let (pair, attributes) = cookie.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(answer)
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(self.prepare(path, body.to_string())).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(self.bare(Method::GET, path)).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Answer {
        self.send(self.bare(Method::DELETE, path).header("x-session-keepalive", "1")).await
    }

    /// `POST /api/connect`, remembered.
    pub(crate) async fn connect(&mut self, connection_string: &str) -> Answer {
        self.post("/api/connect", json!({ "connectionString": connection_string })).await
    }

    pub(crate) async fn validate(&mut self) -> Answer {
        self.post("/api/validate-session", json!({})).await
    }

    /// `POST /api/reconnect` with a remembered credential.
    pub(crate) async fn reconnect(&mut self, connection_string: &str, key: &str) -> Answer {
        let body = json!({ "connectionString": connection_string }).to_string();
        self.send(self.prepare("/api/reconnect", body).header("idempotency-key", key)).await
    }

    pub(crate) async fn logout(&mut self, everywhere: bool) -> Answer {
        self.post("/api/logout", json!({ "everywhere": everywhere })).await
    }

    /// The name of the only cookie that begins so.
    pub(crate) fn cookie_name(&self, base: &str) -> String {
        let names: Vec<&String> = self.cookies.keys().filter(|name| name.contains(base)).collect();
        assert_eq!(names.len(), 1, "{base} among {:?}", self.cookies.keys());
        names[0].clone()
    }

    /// The same browser with only the cookie that begins so.
    pub(crate) fn with_only(&self, base: &str) -> Self {
        let name = self.cookie_name(base);
        let mut other = self.clone();
        other.cookies.retain(|kept, _| *kept == name);
        other
    }
}

pub(crate) async fn send(request: RequestBuilder) -> Answer {
    try_send(request).await.unwrap()
}

async fn try_send(request: RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer { status, headers, text: response.text().await? })
}
