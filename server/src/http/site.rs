//! The pages and assets of `--site`.
//!
//! `/connect` is `connect.html`; a folder is its `index.html` and is never listed; names that begin with a dot are
//! not served. Pages are `no-cache`, which keeps the back/forward cache (`no-store` would lose it); a file whose name
//! carries a hash of its content never changes.

use std::borrow::Cow;
use std::convert::Infallible;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode, Uri};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::access::Named;
use super::problem::Refusal;
use crate::config::Mount;

/// What a page may do: load from its own origin alone, and compile the module.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; \
                      object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// The same without Wasm.
const POLICY_WITHOUT_WASM: &str = "default-src 'self'; script-src 'self'; img-src 'self' data:; \
                                   object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Under `--demo`, the pages below this are served under [`POLICY_WITHOUT_WASM`].
const WITHOUT_WASM: &str = "/no-wasm";

/// The site.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    mounts: Vec<Mount>,
    demo: bool,
}

impl Site {
    /// `mounts` are asked in this order, those with the longest path first.
    pub(crate) fn new(mut mounts: Vec<Mount>, demo: bool) -> Self {
        mounts.sort_by_key(|mount| std::cmp::Reverse(mount.path.len()));
        Self { mounts, demo }
    }

    /// The file that `request` names, or 404.
    pub(crate) async fn answer(self, request: Request) -> Response {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return not_found();
        }
        let (path, policy) = self.split(request.uri().path());
        if is_hidden(path) {
            return not_found();
        }
        let path = with_extension(path);
        for mount in &self.mounts {
            let Some(below) = below(&mount.path, &path) else {
                continue;
            };
            let Ok(uri) = below.parse::<Uri>() else {
                return not_found();
            };
            let mut file_request = Request::new(Body::empty());
            *file_request.method_mut() = request.method().clone();
            *file_request.headers_mut() = request.headers().clone();
            *file_request.uri_mut() = uri;
            let Ok(response) = ServeDir::new(&mount.dir).oneshot(file_request).await.map_err(never);
            if response.status() != StatusCode::NOT_FOUND {
                return finish(response.map(Body::new), &path, policy);
            }
        }
        not_found()
    }

    fn split<'p>(&self, path: &'p str) -> (&'p str, &'static str) {
        match path.strip_prefix(WITHOUT_WASM) {
            Some(rest) if self.demo && rest.starts_with('/') => (rest, POLICY_WITHOUT_WASM),
            _ => (path, POLICY),
        }
    }
}

fn never(error: Infallible) -> Infallible {
    error
}

fn finish(mut response: Response, path: &str, policy: &'static str) -> Response {
    let lifetime = if carries_a_hash(path) { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.extensions_mut().insert(Named("site"));
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(lifetime));
    let is_page = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    response
}

fn not_found() -> Response {
    Refusal::plain(StatusCode::NOT_FOUND, "There is nothing at this address.").into_response()
}

/// The rest of `path` below `mount` (`/` or `/name`), with its slash.
fn below<'p>(mount: &str, path: &'p str) -> Option<&'p str> {
    let rest = path.strip_prefix(mount.trim_end_matches('/'))?;
    rest.starts_with('/').then_some(rest)
}

/// `/connect` → `/connect.html`.
fn with_extension(path: &str) -> Cow<'_, str> {
    let name = path.rsplit('/').next().unwrap_or_default();
    if name.is_empty() || name.contains('.') { Cow::Borrowed(path) } else { Cow::Owned(format!("{path}.html")) }
}

/// Whether a segment begins with a dot: `.git`, `..`, also percent-encoded.
fn is_hidden(path: &str) -> bool {
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    decoded.split(['/', '\\']).any(|segment| segment.starts_with('.'))
}

/// A part of the file's name is at least eight hexadecimal digits with a decimal one among them: what bundlers add.
fn carries_a_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut parts = name.split(['.', '-', '_']).rev();
    let _extension = parts.next();
    parts.any(|part| {
        part.len() >= 8
            && part.bytes().all(|byte| byte.is_ascii_hexdigit())
            && part.bytes().any(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_page_of_a_path() {
        assert_eq!(with_extension("/"), "/");
        assert_eq!(with_extension("/connect"), "/connect.html");
        assert_eq!(with_extension("/js/main.js"), "/js/main.js");
    }

    #[test]
    fn a_mount_is_a_folder_not_a_prefix_of_names() {
        assert_eq!(below("/", "/a.js"), Some("/a.js"));
        assert_eq!(below("/dist", "/dist/a.js"), Some("/a.js"));
        assert_eq!(below("/dist", "/distant.js"), None);
    }

    #[test]
    fn hides_dot_files_and_ways_up() {
        for path in ["/.env", "/a/../b", "/%2e%2e/b", "/a/%2Egit/config", "/..%5cb", "/..%2fb"] {
            assert!(is_hidden(path), "{path}");
        }
        assert!(!is_hidden("/a.b/c.html"));
    }

    #[test]
    fn only_hashed_names_are_immutable() {
        assert!(carries_a_hash("/dist/index-3f2a9c1b.js"));
        assert!(carries_a_hash("/dist/app.0123456789abcdef.css"));
        assert!(!carries_a_hash("/dist/index.js"));
        assert!(!carries_a_hash("/dist/session_keepalive_bg.wasm"));
        assert!(!carries_a_hash("/dist/deadbeef-cafe.js"));
        assert!(!carries_a_hash("/20260101"));
    }
}
