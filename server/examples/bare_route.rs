//! A bare axum route that answers what a check of a session answers: what a server costs before it does anything.
//!
//! Listens on a free port of this machine and prints its address.

use axum::{Router, http::header, response::IntoResponse, routing::post};

const BODY: &str = "{\"valid\":true,\"reconnected\":false,\"epoch\":1,\"subject\":null,\"idleIn\":86400,\
                    \"absoluteIn\":2592000,\"warnIn\":86100,\"nextCheckIn\":null}";

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new().route("/api/validate-session", post(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await
}

async fn answer() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], BODY)
}
