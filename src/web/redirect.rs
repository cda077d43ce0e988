//! The last resort: the way to the login page.

use js_sys::{Function, Object};
use wasm_bindgen::prelude::*;
use web_sys::{Location, Url, Window};

use super::host::Host;
use super::http::set;
use super::options::Options;
use crate::engine::Reason;

/// Goes to the login page. A listener may prevent it; a spent budget turns it into an event alone.
pub(super) fn redirect(options: &Options, host: &Host, reason: Reason) {
    let Some(window) = web_sys::window() else { return };
    let location = window.location();
    let Some(url) = destination(options, &location, reason) else { return };
    let affordable = spend(options, &window);
    let detail = Object::new();
    set(&detail, "url", &JsValue::from_str(&url));
    let prevented = host.emit("redirect", detail.into());
    if affordable && !prevented {
        let _ = location.assign(&url);
    }
}

/// Where to go; `None` from the login page itself, and where the application's function says so.
fn destination(options: &Options, location: &Location, reason: Reason) -> Option<String> {
    let here = Url::new(&location.href().ok()?).ok()?;
    let login = options.login();
    let Some(function) = login.dyn_ref::<Function>() else {
        let url = Url::new_with_base(&login.as_string()?, &here.href()).ok()?;
        let already_there = url.origin() == here.origin() && url.pathname() == here.pathname();
        if already_there {
            return None;
        }
        let parameter = options.return_to_param();
        if let Some(path) = return_to(&here, &parameter) {
            url.search_params().set(&parameter, &path);
        }
        return Some(url.href());
    };
    let context = Object::new();
    set(&context, "reason", &JsValue::from_str(reason.as_str()));
    let path = return_to(&here, &options.return_to_param()).unwrap_or_else(|| "/".into());
    set(&context, "returnTo", &JsValue::from_str(&path));
    function.call1(&JsValue::UNDEFINED, &context).ok()?.as_string()
}

/// Path, query and hash of this page. Two slashes in front would name another host; a return path inside the return
/// path would nest at every round.
fn return_to(here: &Url, parameter: &str) -> Option<String> {
    let query = here.search_params();
    if query.has(parameter) {
        query.delete(parameter);
    }
    let path = here.pathname() + &here.search() + &here.hash();
    (!path.starts_with("//")).then_some(path)
}

/// Takes one redirect from the budget. It lives in `sessionStorage`, because a loop goes through new pages; without
/// that storage there is no loop to be seen.
#[allow(clippy::cast_precision_loss)]
fn spend(options: &Options, window: &Window) -> bool {
    let Ok(Some(storage)) = window.session_storage() else { return true };
    let key = "session-keepalive:".to_owned() + &options.name() + ":redirects";
    let kept = storage.get_item(&key).ok().flatten().unwrap_or_default();
    let now = js_sys::Date::now();
    let recent = |time: &&str| time.parse::<u64>().is_ok_and(|time| (now - time as f64).abs() < options.budget_per());
    let mut times: Vec<&str> = kept.split(',').filter(recent).collect();
    if times.len() >= options.budget_max() as usize {
        return false;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let now = (now as u64).to_string();
    times.push(&now);
    let _ = storage.set_item(&key, &times.join(","));
    true
}
