//! What re-establishes a lost session, and where it is kept.

use std::fmt;
use std::future::Future;
use std::rc::Rc;

use super::error::CredentialError;

/// Where the credential is kept that re-establishes a lost session. What each level protects from is in the README.
///
/// ```
/// use session_keepalive::{Credential, Options};
///
/// let options = Options::new().credential(Credential::Sealed);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Credential {
    /// In the server's sealed ticket, an `HttpOnly` cookie.
    #[default]
    Cookie,
    /// In this page until it is closed.
    Memory,
    /// In IndexedDB, encrypted. Protection at rest only, not against script on the page.
    Sealed,
}

/// A credential: what a reconnect sends. It is never printed.
///
/// ```
/// use session_keepalive::Secret;
///
/// let connection_string = Secret::from("postgres://alice:correct-horse@db/app"); // sent as {"connectionString": …}
/// let body = Secret::json(r#"{"user":"alice","token":"t0k3n"}"#);                // sent as it is
/// let nothing = Secret::from(());                                                // with `Credential::Cookie`
/// assert!(!format!("{connection_string:?} {body:?}").contains("alice"));
/// ```
#[derive(Clone, PartialEq)]
pub struct Secret(pub(super) Form);

#[derive(Clone, PartialEq)]
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
pub(super) enum Form {
    Nothing,
    Text(String),
    Json(String),
    #[cfg(target_arch = "wasm32")]
    Value(wasm_bindgen::JsValue),
}

impl Secret {
    /// The whole body of the reconnect call, in JSON. [`KeepAlive::remember`](super::KeepAlive::remember) fails if it is not JSON.
    pub fn json(text: impl Into<String>) -> Self {
        Self(Form::Json(text.into()))
    }
}

impl From<()> for Secret {
    fn from((): ()) -> Self {
        Self(Form::Nothing)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(Form::Text(text.to_owned()))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Form::Text(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A place of the application's own for the credential, for [`Options::credential_store`](super::Options::credential_store). The
/// text is the credential in JSON, to be given back as it came.
///
/// A store that fails holds nothing as long as it fails; the session is kept, and the store is asked again.
///
/// ```
/// use session_keepalive::{CredentialError, CredentialStore, Options};
/// use std::cell::RefCell;
///
/// #[derive(Default)]
/// struct Vault(RefCell<Option<String>>);
///
/// impl CredentialStore for Vault {
///     async fn load(&self) -> Result<Option<String>, CredentialError> {
///         Ok(self.0.borrow().clone())
///     }
///     async fn save(&self, json: &str) -> Result<(), CredentialError> {
///         self.0.replace(Some(json.to_owned()));
///         Ok(())
///     }
///     async fn clear(&self) -> Result<(), CredentialError> {
///         self.0.take();
///         Ok(())
///     }
/// }
///
/// let options = Options::new().credential_store(Vault::default());
/// ```
pub trait CredentialStore {
    /// What is kept; `None` if that is nothing.
    fn load(&self) -> impl Future<Output = Result<Option<String>, CredentialError>>;
    /// Keeps the credential in the place of an earlier one.
    fn save(&self, json: &str) -> impl Future<Output = Result<(), CredentialError>>;
    /// Forgets what is kept.
    fn clear(&self) -> impl Future<Output = Result<(), CredentialError>>;
}

/// A store that the application keeps a handle on.
impl<S: CredentialStore> CredentialStore for Rc<S> {
    fn load(&self) -> impl Future<Output = Result<Option<String>, CredentialError>> {
        S::load(self)
    }

    fn save(&self, json: &str) -> impl Future<Output = Result<(), CredentialError>> {
        S::save(self, json)
    }

    fn clear(&self) -> impl Future<Output = Result<(), CredentialError>> {
        S::clear(self)
    }
}
