//! A page in Yew whose user keeps their place when the backend restarts.

mod connect;
mod session;

use std::time::Duration;

use session_keepalive::{KeepAlive, Options, Snapshot, Status};
use yew::platform::spawn_local;
use yew::prelude::*;

use connect::Connect;
use session::{use_expiring, use_snapshot};

#[derive(PartialEq, Properties)]
struct Props {
    session: KeepAlive,
}

#[component]
fn App(Props { session }: &Props) -> Html {
    let snapshot = use_snapshot(session);
    html! {
        <main>
            <h1>{ "Yew and session-keepalive" }</h1>
            <Facts snapshot={snapshot.clone()} />
            if snapshot.status == Status::Disconnected {
                <Connect session={session.clone()} />
            } else {
                <Warning session={session.clone()} />
                <Work session={session.clone()} />
            }
        </main>
    }
}

#[derive(PartialEq, Properties)]
struct FactsProps {
    snapshot: Snapshot,
}

/// How the session is.
#[component]
fn Facts(FactsProps { snapshot }: &FactsProps) -> Html {
    html! {
        <dl>
            <dt>{ "Status" }</dt><dd id="status">{ snapshot.status.as_str() }</dd>
            <dt>{ "Reason" }</dt><dd id="reason">{ snapshot.reason.map_or("–", |reason| reason.as_str()) }</dd>
            <dt>{ "Subject" }</dt><dd id="subject">{ snapshot.subject.as_deref().unwrap_or("–") }</dd>
            <dt>{ "Established" }</dt><dd id="epoch">{ snapshot.epoch }</dd>
            if let Some(error) = &snapshot.error {
                <dt>{ "Trouble" }</dt><dd id="error">{ error.to_string() }</dd>
            }
        </dl>
    }
}

/// A countdown while a limit is near, and the way to move it.
#[component]
fn Warning(Props { session }: &Props) -> Html {
    let stay = act(session, |session| async move {
        session.extend().await;
    });
    match use_expiring(session) {
        Some(seconds) => html! {
            <p role="alert" id="expiring">
                { format!("The session ends in {seconds} s.") } <button onclick={stay}>{ "I’m still here" }</button>
            </p>
        },
        None => html! {},
    }
}

/// What must not get lost, and a request that waits for a reconnect.
#[component]
fn Work(Props { session }: &Props) -> Html {
    let answer = use_state(String::new);
    let answered = answer.setter();
    let read = act(session, move |session| {
        let answered = answered.clone();
        async move {
            match session.fetch("/api/database").await {
                Ok(answer) => answered.set(format!("The database answered with {}.", answer.status())),
                Err(error) => answered.set(error.to_string()),
            }
        }
    });
    let sign_out = act(session, |session| async move { session.sign_out().await });
    html! {
        <>
            <label for="work">{ "Work in progress" }</label>
            <textarea id="work" rows="4" />
            <p>
                <button id="read" onclick={read}>{ "Ask the database" }</button>
                <button id="sign-out" onclick={sign_out}>{ "Sign out" }</button>
            </p>
            <p id="answer">{ &*answer }</p>
        </>
    }
}

/// A listener that lets the session do something.
fn act<E, F>(session: &KeepAlive, action: impl Fn(KeepAlive) -> F + 'static) -> Callback<E>
where
    F: Future<Output = ()> + 'static,
{
    let session = session.clone();
    Callback::from(move |_| spawn_local(action(session.clone())))
}

fn main() {
    // The page asks for the sign-in itself, so there is nowhere to go. Every second, so that there is something to see.
    let options = Options::new().no_login().interval(Duration::from_secs(1));
    match KeepAlive::create(options) {
        Ok(session) => {
            yew::Renderer::<App>::with_props(Props { session }).render();
        }
        Err(mistake) => web_sys::console::error_1(&mistake.to_string().into()),
    }
}
