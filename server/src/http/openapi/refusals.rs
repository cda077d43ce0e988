//! Error answers, described: per status one answer, with the codes that the call can send.

use std::collections::BTreeMap;

use http::StatusCode;
use session_keepalive::wire::{PROBLEM_MEDIA_TYPE, ProblemCode};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{AllOfBuilder, Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Content, Ref, RefOr};

/// Answers by their status.
pub(crate) type Answers = BTreeMap<String, RefOr<Response>>;

/// Why a call is refused.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Why {
    /// As the protocol's table has it.
    Code(ProblemCode),
    /// Plain HTTP.
    Status(StatusCode),
}

use Why::{Code, Status};

/// Any call: its head is too large.
pub(crate) const HEAD: &[Why] = &[Code(ProblemCode::PayloadTooLarge)];
/// A call of the API: it comes from elsewhere.
pub(crate) const GUARDED: &[Why] = &[Code(ProblemCode::CsrfRefused), Code(ProblemCode::PayloadTooLarge)];
/// A call with a body.
pub(crate) const AS_JSON: &[Why] = &[Code(ProblemCode::InvalidRequest), Status(StatusCode::REQUEST_TIMEOUT)];
/// A call that asks the store.
pub(crate) const STORED: &[Why] = &[Code(ProblemCode::StoreUnavailable)];
/// A call that needs a session which is good.
pub(crate) const NOT_A_SESSION: &[Why] = &[
    Code(ProblemCode::SessionUnknown),
    Code(ProblemCode::SessionTimeout),
    Code(ProblemCode::SessionExpired),
    Code(ProblemCode::SessionRevoked),
    Code(ProblemCode::SessionEvicted),
    Code(ProblemCode::ReconnectRefused),
];
/// A call that opens a target.
pub(crate) const OPENS: &[Why] =
    &[Code(ProblemCode::TargetNotAllowed), Code(ProblemCode::ConnectionRefused), Code(ProblemCode::TargetUnavailable)];
/// A call that makes a session: there is no room and the policy rejects.
pub(crate) const FULL: &[Why] = &[Code(ProblemCode::SessionLimit)];
/// A call that costs a target something: it has to pass admission control.
pub(crate) const ADMITTED: &[Why] = &[Code(ProblemCode::RateLimited), Code(ProblemCode::Overloaded)];

/// The answers to all of these reasons.
pub(crate) fn refusals(reasons: &[&[Why]]) -> Answers {
    let mut codes: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
    for reason in reasons.iter().copied().flatten() {
        let (status, code) = match reason {
            Code(code) => (code.status(), Some(*code)),
            Status(status) => (status.as_u16(), None),
        };
        let of_status = codes.entry(status).or_default();
        of_status.extend(code.filter(|code| !of_status.contains(code)));
    }
    codes.into_iter().map(|(status, codes)| (status.to_string(), answer(status, &codes).into())).collect()
}

fn answer(status: u16, codes: &[ProblemCode]) -> Response {
    let phrase = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
    let names: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let (description, schema) = match names.is_empty() {
        true => (phrase.to_owned(), RefOr::from(Ref::from_schema_name("PlainProblem"))),
        false => (names.join(", "), with_codes(names)),
    };
    ResponseBuilder::new().description(description).content(PROBLEM_MEDIA_TYPE, Content::new(Some(schema))).build()
}

fn with_codes(names: Vec<&str>) -> RefOr<Schema> {
    let code = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
    AllOfBuilder::new()
        .item(Ref::from_schema_name("Problem"))
        .item(ObjectBuilder::new().property("code", Object::from(code)))
        .into()
}
