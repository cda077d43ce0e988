//! The description of the API (OpenAPI 3.1), put together from what the handlers themselves say: a route can only be
//! added with its annotation, and the schemas are those of the types that are read and written.
//!
//! What holds for every call (the headers of [`super::headers`], the rules of [`super::csrf`]) is added here, once.

mod refusals;

use axum::Router;
use http::Method;
use serde_json::{Map, Value, json};
use session_keepalive::wire::{CLIENT_HEADER, CLIENT_HEADER_VALUE, Problem};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::cookies::Cookies;
use super::problem::PlainProblem;
use super::state::AppState;
use super::{API, api, database, health};
pub(crate) use refusals::{
    ADMITTED, AS_JSON, Answers, FULL, GUARDED, HEAD, NOT_A_SESSION, OPENS, STORED, Why, refusals,
};

/// Calls with their descriptions: it takes none without.
pub(crate) struct Calls<State = AppState>(OpenApiRouter<State>);

impl<State: Clone + Send + Sync + 'static> Calls<State> {
    pub(crate) fn none() -> Self {
        Self(OpenApiRouter::new())
    }

    /// One more, from the macro `routes!`.
    pub(crate) fn and(self, described: UtoipaMethodRouter<State>) -> Self {
        Self(self.0.routes(described))
    }

    pub(crate) fn into_router(self) -> Router<State> {
        self.0.into()
    }

    fn into_description(self) -> OpenApi {
        self.0.into_openapi()
    }
}

/// What calls refer to by name alone.
#[derive(utoipa::OpenApi)]
#[openapi(
    components(schemas(Problem, PlainProblem)),
    tags(
        (name = "session", description = "What the browser module calls"),
        (name = "sessions", description = "A person's sessions on all their devices"),
        (name = "example", description = "An example of work that needs a session"),
        (name = "operation", description = "For those who run the server")
    )
)]
struct Shared;

/// The description of a server whose cookies look like these, as JSON text.
pub(crate) fn describe(cookies: &Cookies) -> String {
    let mut calls = api::calls().into_description();
    calls.merge(database::calls().into_description());
    let mut whole = Shared::openapi().nest(API, calls);
    whole.merge(health::calls().into_description());
    // Cannot fail: it is text, lists and maps with text for keys.
    let mut whole = serde_json::to_value(whole).unwrap_or_default();
    merge(&mut whole, frame(cookies));
    let schemas = whole.pointer("/components/schemas").cloned().unwrap_or_default();
    let paths = whole.get_mut("paths").and_then(Value::as_object_mut);
    for (path, calls) in paths.into_iter().flatten() {
        for (method, call) in calls.as_object_mut().into_iter().flatten() {
            complete(path, method, call, &schemas);
        }
    }
    format!("{whole:#}\n")
}

fn frame(cookies: &Cookies) -> Value {
    let (session, ticket) = cookies.names();
    json!({
        "info": {
            "title": "session-keepalive",
            "version": CLIENT_HEADER_VALUE,
            "description": "Keeps a person's session alive across restarts of this server. Times are durations in whole \
                            seconds; null means that there is no such limit. The session id and the ticket exist in \
                            cookies only. A store or target that is down, or an overloaded server, answers 503 with \
                            'retry-after', never 401.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "components": {
            "headers": {
                "x-request-id": {
                    "description": "Finds this request's lines in the server's log.",
                    "required": true,
                    "schema": { "type": "string", "pattern": "^[0-9a-f]{16}$" },
                },
                "cache-control": {
                    "description": "Nobody keeps an answer about a session.",
                    "required": true,
                    "schema": { "const": "no-store" },
                },
                "set-cookie": {
                    "description": "Sets or removes the session's cookie, the ticket's, or both, each in a header of its own.",
                    "schema": { "type": "string", "pattern": format!("^({session}|{ticket})=") },
                },
                "retry-after": {
                    "description": "Seconds after which to ask again.",
                    "required": true,
                    "schema": { "type": "integer", "minimum": 1 },
                },
            },
            "parameters": {
                CLIENT_HEADER: {
                    "name": CLIENT_HEADER,
                    "in": "header",
                    "description": "The protocol's version. A form of another site cannot send it.",
                    "required": true,
                    "schema": { "type": "string", "const": CLIENT_HEADER_VALUE },
                },
            },
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": session,
                    "description": "The session id. Over plain http its name ends in the port instead: session-4780.",
                },
                "ticket": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": ticket,
                    "description": "The sealed ticket that brings a lost session back. Over plain http: ticket-4780.",
                },
            },
        },
    })
}

/// Adds what no handler has to say, because it holds for all of them.
fn complete(path: &str, method: &str, call: &mut Value, schemas: &Value) {
    let is_api = path.strip_prefix(API).is_some_and(|rest| rest.starts_with('/'));
    let changes_state =
        Method::from_bytes(method.to_ascii_uppercase().as_bytes()).is_ok_and(|method| !method.is_safe());
    let knows_cookies = call.get("security").is_some();
    let reference = |kind: &str, name: &str| json!({ "$ref": format!("#/components/{kind}/{name}") });
    let Some(call) = call.as_object_mut() else {
        return;
    };
    if is_api && changes_state {
        let parameters = call.entry("parameters").or_insert_with(|| json!([]));
        parameters.as_array_mut().into_iter().for_each(|list| list.push(reference("parameters", CLIENT_HEADER)));
    }
    if let Some(body) = call.get_mut("requestBody") {
        let schema = body.pointer("/content/application~1json/schema/$ref").and_then(Value::as_str);
        let schema = schema.and_then(|name| schemas.get(name.rsplit('/').next()?));
        // An empty body equals `{}`.
        let needed = schema.is_none_or(|schema| schema.get("required").is_some());
        merge(body, json!({ "required": needed }));
    }
    let answers = call.get_mut("responses").and_then(Value::as_object_mut);
    for (status, answer) in answers.into_iter().flatten() {
        let mut headers = Map::new();
        let mut add = |name: &str| headers.insert(name.to_owned(), reference("headers", name));
        add("x-request-id");
        if is_api {
            add("cache-control");
        }
        if knows_cookies {
            add("set-cookie");
        }
        if matches!(status.as_str(), "429" | "503") {
            add("retry-after");
        }
        merge(answer, json!({ "headers": headers }));
    }
}

/// `more` over `whole`, object by object.
fn merge(whole: &mut Value, more: Value) {
    match (whole, more) {
        (Value::Object(whole), Value::Object(more)) => {
            for (name, value) in more {
                merge(whole.entry(name).or_insert(Value::Null), value);
            }
        }
        (whole, more) => *whole = more,
    }
}
