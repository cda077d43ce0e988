//! The last resort: the way to the login page.

use wasm_bindgen::prelude::*;
use web_sys::{Location, Url};

use super::options::{Login, Settings};
use crate::engine::{Millis, Reason};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = location)]
    static LOCATION: Location;

    // By name at each call: where storage is missing or denied, reading the name throws.
    #[wasm_bindgen(catch, js_namespace = sessionStorage, js_name = getItem)]
    fn get_item(key: &str) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(catch, js_namespace = sessionStorage, js_name = setItem)]
    fn set_item(key: &str, value: &str) -> Result<(), JsValue>;

    /// Numbers are worded by JavaScript: text formatting would be a tenth of the module.
    #[wasm_bindgen(js_name = String)]
    fn to_text(number: f64) -> String;
}

/// Goes to the login page, unless `prevented` says otherwise of the URL or the budget is spent: then it is an event alone. Fails as
/// the application's function `login` fails.
pub(crate) fn redirect(
    settings: &Settings,
    reason: Reason,
    now: u64,
    prevented: impl FnOnce(&str) -> bool,
) -> Result<(), JsValue> {
    let Some(url) = destination(settings, reason)? else { return Ok(()) };
    if !prevented(&url) && spend(settings, now) {
        LOCATION.with(|location| location.assign(&url))?;
    }
    Ok(())
}

/// Where to go; nowhere from the login page itself, and where the application's function says so.
fn destination(settings: &Settings, reason: Reason) -> Result<Option<String>, JsValue> {
    let here = Url::new(&LOCATION.with(Location::href)?)?;
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
fn spend(settings: &Settings, now: u64) -> bool {
    let key = ["session-keepalive:", &settings.name, ":redirects"].concat();
    let Millis(per) = settings.redirect_per;
    let Ok(noted) = get_item(&key) else { return true };
    let noted = noted.unwrap_or_default();
    // A JSON array of wall times.
    let times = noted.trim_matches(|letter| letter == '[' || letter == ']').split(',');
    let mut recent: Vec<&str> = times.filter(|at| at.parse().is_ok_and(|at: u64| now.abs_diff(at) < per)).collect();
    if recent.len() >= settings.redirect_max as usize {
        return false;
    }
    #[allow(clippy::cast_precision_loss)]
    let now = to_text(now as f64);
    recent.push(&now);
    // Full storage counts nothing.
    let _ = set_item(&key, &["[", &recent.join(","), "]"].concat());
    true
}
