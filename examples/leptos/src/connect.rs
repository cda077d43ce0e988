//! Signing in.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::backend;
use crate::session::Session;

/// The form, shown while the user is signed out.
#[component]
pub fn Connect(session: Session) -> impl IntoView {
    let (refusal, set_refusal) = signal(String::new());
    let field = NodeRef::<Input>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = field.get().map(|field| field.value()).unwrap_or_default();
        let session = session.get_value();
        spawn_local(async move {
            if let Err(why) = backend::connect(&session, &text).await {
                set_refusal.set(why);
            }
        });
    };
    view! {
        <form on:submit=submit>
            <label for="connection">"Connection string"</label>
            <input id="connection" node_ref=field value="sqlite:sample.db" autocomplete="off" />
            <button>"Connect"</button>
            <p role="alert">{refusal}</p>
        </form>
    }
}
