//! The protocol's calls, one module each.

mod connect;
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
}

fn granted(cookies: &Cookies, granted: Granted) -> Response {
    let changes = cookies.change(&granted.session, &granted.ticket);
    (changes, Json(granted.answer)).into_response()
}

fn refused(cookies: &Cookies, refused: Refused) -> Refusal {
    let changes = cookies.change(&refused.session, &refused.ticket);
    Refusal::from(refused).with_headers(changes)
}
