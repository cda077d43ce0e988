//! The page.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use session_keepalive::{KeepAlive, Options, Snapshot, Status};

use crate::backend;
use crate::connect::Connect;
use crate::session::{Session, use_expiring, use_snapshot};

/// The document around the page, which the server renders.
pub fn shell() -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>"Leptos · session-keepalive"</title>
                <link rel="icon" href="data:," />
                <link rel="stylesheet" href="/style.css" />
                <script type="module" src="/main.js"></script>
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Creates the session where the page is: in the browser it is kept alive from here on, on the server it is inert.
#[component]
pub fn App() -> impl IntoView {
    // The page asks for the sign-in itself, so there is nowhere to go. Every second, so that there is something to see.
    let options = Options::new().no_login().interval(Duration::from_secs(1));
    KeepAlive::create(options).map(|session| view! { <Page session=StoredValue::new_local(session) /> })
}

#[component]
fn Page(session: Session) -> impl IntoView {
    let snapshot = use_snapshot(session);
    let is_signed_out = Memo::new(move |_| snapshot.with(|now| now.status == Status::Disconnected));
    view! {
        <main>
            <h1>"Leptos and session-keepalive"</h1>
            <Facts snapshot />
            <Show when=move || !is_signed_out.get() fallback=move || view! { <Connect session /> }>
                <Warning session />
                <Work session />
            </Show>
        </main>
    }
}

/// How the session is.
#[component]
fn Facts(snapshot: ReadSignal<Snapshot>) -> impl IntoView {
    let fact = move |read: fn(&Snapshot) -> String| move || snapshot.with(read);
    view! {
        <dl>
            <dt>"Status"</dt>
            <dd id="status">{fact(|now| now.status.as_str().to_owned())}</dd>
            <dt>"Reason"</dt>
            <dd id="reason">{fact(|now| now.reason.map_or("–", |reason| reason.as_str()).to_owned())}</dd>
            <dt>"Subject"</dt>
            <dd id="subject">{fact(|now| now.subject.clone().unwrap_or_else(|| "–".to_owned()))}</dd>
            <dt>"Established"</dt>
            <dd id="epoch">{fact(|now| now.epoch.to_string())}</dd>
        </dl>
    }
}

/// A countdown while a limit is near, and the way to move it.
#[component]
fn Warning(session: Session) -> impl IntoView {
    let seconds = use_expiring(session);
    let stay = move |_| {
        let session = session.get_value();
        spawn_local(async move {
            session.extend().await;
        });
    };
    move || {
        seconds.get().map(|seconds| {
            view! {
                <p role="alert" id="expiring">
                    {format!("The session ends in {seconds} s.")}" "<button on:click=stay>"I’m still here"</button>
                </p>
            }
        })
    }
}

/// What must not get lost, and a request that waits for a reconnect.
#[component]
fn Work(session: Session) -> impl IntoView {
    let (answer, set_answer) = signal(String::new());
    let read = move |_| {
        let session = session.get_value();
        spawn_local(async move { set_answer.set(backend::ask(&session).await) });
    };
    let sign_out = move |_| {
        let session = session.get_value();
        spawn_local(async move { session.sign_out().await });
    };
    view! {
        <label for="work">"Work in progress"</label>
        <textarea id="work" rows="4"></textarea>
        <p>
            <button id="read" on:click=read>
                "Ask the database"
            </button>
            <button id="sign-out" on:click=sign_out>
                "Sign out"
            </button>
        </p>
        <p id="answer">{answer}</p>
    }
}
