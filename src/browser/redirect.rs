//! The last resort: the way to the login page.

use js_sys::{Array, Date, JSON, JsString};
use wasm_bindgen::prelude::*;
use web_sys::Url;

use super::options::{Login, Settings};
use crate::engine::Reason;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = location)]
    type PageLocation;
    #[wasm_bindgen(static_method_of = PageLocation, getter, js_class = "location")]
    fn href() -> String;
    #[wasm_bindgen(static_method_of = PageLocation, js_class = "location", catch)]
    fn assign(url: &str) -> Result<(), JsValue>;

    // By name at each call: where storage is missing or denied, reading the name throws.
    #[wasm_bindgen(catch, js_namespace = sessionStorage, js_name = getItem)]
    fn get_item(key: &str) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(catch, js_namespace = sessionStorage, js_name = setItem)]
    fn set_item(key: &str, value: &JsString) -> Result<(), JsValue>;
}

/// Goes to the login page, unless `prevented` says otherwise of the URL or the budget is spent: then it is an event alone. Fails as
/// the application's function `login` fails.
pub(crate) fn redirect(
    settings: &Settings,
    reason: Reason,
    prevented: impl FnOnce(&str) -> bool,
) -> Result<(), JsValue> {
    let Some(url) = destination(settings, reason)? else { return Ok(()) };
    if !prevented(&url) && spend(settings, Date::now()) {
        PageLocation::assign(&url)?;
    }
    Ok(())
}

/// Where to go; nowhere from the login page itself, and where the application's function says so.
fn destination(settings: &Settings, reason: Reason) -> Result<Option<String>, JsValue> {
    let here = Url::new(&PageLocation::href())?;
    let parameter = &settings.return_to_param;
    match &settings.login {
        None => Ok(None),
        Some(Login::Function(login)) => Ok(login(reason, &return_to(&here, parameter))?.filter(|url| !url.is_empty())),
        Some(Login::Url(login)) => {
            let url = Url::new_with_base(login, &here.href())?;
            if is_here(&url, &here) {
                return Ok(None);
            }
            url.search_params().set(parameter, &return_to(&here, parameter));
            Ok(Some(url.href()))
        }
    }
}

/// Path, query and hash of this page. Two slashes in front would name another host; a return path inside the return path
/// would nest at every round.
fn return_to(here: &Url, parameter: &str) -> String {
    let here = Url::new(&here.href()).unwrap_or_else(|_| here.clone());
    // Writing the query spells it anew, so it is left alone where there is nothing to take away.
    if here.search_params().has(parameter) {
        here.search_params().delete(parameter);
    }
    let path = here.pathname() + &here.search() + &here.hash();
    if path.starts_with("//") { "/".to_owned() } else { path }
}

/// Whether the login page is the one we are on. Some applications tell pages apart by the query or the hash.
fn is_here(login: &Url, here: &Url) -> bool {
    let path = |url: &Url| {
        let path = url.pathname();
        path.strip_suffix('/').map(str::to_owned).unwrap_or(path)
    };
    login.origin() == here.origin()
        && path(login) == path(here)
        && here.hash().starts_with(&login.hash())
        && query_is_in(login, here)
}

/// Whether each parameter of `login` is in `here` with the same value.
fn query_is_in(login: &Url, here: &Url) -> bool {
    let (wanted, found) = (login.search_params(), here.search_params());
    let names = wanted.keys().into_iter().filter_map(|name| name.ok()?.as_string());
    names.into_iter().all(|name| wanted.get(&name) == found.get(&name))
}

/// Takes one redirect from the budget. It lives in sessionStorage, because a loop goes through new pages; without that
/// storage there is no loop to be seen.
fn spend(settings: &Settings, now: f64) -> bool {
    let key = ["session-keepalive:", &settings.name, ":redirects"].concat();
    let Ok(noted) = get_item(&key) else { return true };
    // Wall times, in JSON. What is not is nobody's count.
    let times = noted.and_then(|noted| JSON::parse(&noted).ok()).filter(Array::is_array);
    let recent = Array::new();
    for time in times.map(|times| Array::from(&times)).unwrap_or_default().iter() {
        if time.as_f64().is_some_and(|at| (now - at).abs() < settings.redirect_per) {
            recent.push(&time);
        }
    }
    if recent.length() >= settings.redirect_max {
        return false;
    }
    recent.push(&now.into());
    // Full storage counts nothing.
    let _ = JSON::stringify(&recent).and_then(|text| set_item(&key, &text));
    true
}
