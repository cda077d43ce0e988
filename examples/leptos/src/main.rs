//! The server: it renders the page, serves what the page loads, and passes `/api` on to the backend, so that all is one origin.
//!
//! `session-keepalive-leptos LISTEN BACKEND SITE PKG`: two addresses as `host:port`, the folder of the page's files, and the one that
//! wasm-bindgen wrote.

mod proxy;

use std::error::Error;

use axum::Router;
use axum::routing::{any, get};
use session_keepalive_leptos::shell;
use tower_http::services::ServeDir;

use proxy::Proxy;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [listen, backend, site, pkg] = &given[..] else {
        return Err("usage: session-keepalive-leptos LISTEN BACKEND SITE PKG".into());
    };
    // Leptos spawns its tasks here.
    any_spawner::Executor::init_tokio()?;
    let app = Router::new()
        .route("/", get(leptos_axum::render_app_to_stream(shell)))
        .route("/api/{*path}", any(proxy::pass_on))
        .with_state(Proxy::new(backend.parse()?))
        .nest_service("/pkg", ServeDir::new(pkg))
        .fallback_service(ServeDir::new(site));
    axum::serve(tokio::net::TcpListener::bind(listen).await?, app).await?;
    Ok(())
}
