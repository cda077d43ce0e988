//! The protocol's calls, one module each.

mod connect;
mod logout;
mod reconnect;
mod sessions;
mod sign_in;
mod validate;

use axum::Json;
use axum::response::{IntoResponse, Response};
use utoipa_axum::routes;

use super::cookies::Cookies;
use super::openapi::Calls;
use super::problem::Refusal;
use crate::sessions::{Granted, Refused};
pub(crate) use sign_in::prove;

pub(crate) fn calls() -> Calls {
    Calls::none()
        .and(routes!(connect::connect))
        .and(routes!(validate::validate))
        .and(routes!(reconnect::reconnect))
        .and(routes!(logout::logout))
        .and(routes!(sessions::list, sessions::revoke_others))
        .and(routes!(sessions::revoke))
}

fn granted(cookies: &Cookies, granted: Granted) -> Response {
    let changes = cookies.change(&granted.session, &granted.ticket);
    (changes, Json(granted.answer)).into_response()
}

pub(crate) fn refused(cookies: &Cookies, refused: Refused) -> Refusal {
    let changes = cookies.change(&refused.session, &refused.ticket);
    Refusal::from(refused).with_headers(changes)
}
