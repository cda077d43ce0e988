//! Signing in.

use session_keepalive::wire::{CLIENT_HEADER, CLIENT_HEADER_VALUE};
use session_keepalive::{KeepAlive, Thrown};
use wasm_bindgen::prelude::*;
use web_sys::{FormData, HtmlFormElement, Request, RequestInit};
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub session: KeepAlive,
}

/// The form, shown while the user is signed out.
#[component]
pub fn Connect(Props { session }: &Props) -> Html {
    let refusal = use_state(String::new);
    let (refused, session) = (refusal.setter(), session.clone());
    let submit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let text = FormData::new_with_form(&event.target_unchecked_into::<HtmlFormElement>())
            .ok()
            .and_then(|form| form.get("connection").as_string())
            .unwrap_or_default();
        let (refused, session) = (refused.clone(), session.clone());
        spawn_local(async move {
            if let Err(why) = connect(&session, &text).await {
                refused.set(why);
            }
        });
    });
    html! {
        <form onsubmit={submit}>
            <label for="connection">{ "Connection string" }</label>
            <input id="connection" name="connection" value="sqlite:sample.db" autocomplete="off" />
            <button>{ "Connect" }</button>
            <p role="alert">{ &*refusal }</p>
        </form>
    }
}

/// Signs in, and lets the session know.
async fn connect(session: &KeepAlive, connection_string: &str) -> Result<(), String> {
    let request = request(connection_string).map_err(|error| Thrown::from(error).to_string())?;
    let answer = session.fetch_request(&request).await.map_err(|error| error.to_string())?;
    if !answer.ok() {
        return Err(format!("The server refused it with {}.", answer.status()));
    }
    // The credential is the server's ticket, in a cookie; nothing is handed over.
    session.remember(()).await.map_err(|error| error.to_string())
}

fn request(connection_string: &str) -> Result<Request, JsValue> {
    let body = js_sys::Object::new();
    js_sys::Reflect::set(&body, &"connectionString".into(), &connection_string.into())?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&js_sys::JSON::stringify(&body)?.into());
    let request = Request::new_with_str_and_init("/api/connect", &init)?;
    request.headers().set("content-type", "application/json")?;
    request.headers().set(CLIENT_HEADER, CLIENT_HEADER_VALUE)?;
    Ok(request)
}
