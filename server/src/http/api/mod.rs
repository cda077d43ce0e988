//! The protocol's calls, one module each.

mod connect;
mod database;
mod logout;
mod reconnect;
mod sessions;
mod sign_in;
mod validate;

use axum::Json;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};

use super::cookies::Cookies;
use super::problem::Refusal;
use super::state::AppState;
use crate::sessions::{Granted, Refused};

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/connect", post(connect::connect))
        .route("/validate-session", post(validate::validate))
        .route("/reconnect", post(reconnect::reconnect))
        .route("/logout", post(logout::logout))
        .route("/sessions", get(sessions::list).delete(sessions::revoke_others))
        .route("/sessions/{handle}", delete(sessions::revoke))
        .route("/database", get(database::database))
}

fn granted(cookies: &Cookies, granted: Granted) -> Response {
    let changes = cookies.change(&granted.session, &granted.ticket);
    (changes, Json(granted.answer)).into_response()
}

fn refused(cookies: &Cookies, refused: Refused) -> Refusal {
    let changes = cookies.change(&refused.session, &refused.ticket);
    let refusal = Refusal::new(refused.code, refused.detail).with_headers(changes);
    match refused.retry_after {
        Some(wait) => refusal.retry_after(wait),
        None => refusal,
    }
}
