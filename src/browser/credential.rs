//! Where that is kept which re-establishes a lost session.

use std::cell::RefCell;
#[cfg(feature = "frontend")]
use std::future::Future;
#[cfg(feature = "frontend")]
use std::pin::Pin;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::untrusted::Untrusted;

#[wasm_bindgen]
extern "C" {
    /// `CredentialStore` of `index.d.ts`: the application's own, or the sealed one of `sealed.js`.
    #[derive(Clone, Debug)]
    pub type CredentialStore;
    #[wasm_bindgen(method, catch)]
    fn load(this: &CredentialStore) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn save(this: &CredentialStore, credential: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn clear(this: &CredentialStore) -> Result<JsValue, JsValue>;
}

/// The levels of the option `credential`. A credential is a value of the application that is never printed.
pub(crate) enum Credential {
    /// The server's sealed ticket in an `HttpOnly` cookie, which no script sees.
    Cookie,
    /// In this page, until it is closed.
    Memory(RefCell<JsValue>),
    /// Behind `load`, `save` and `clear`.
    Store(CredentialStore),
    /// The same, of a frontend in Rust.
    #[cfg(feature = "frontend")]
    Rust(Box<dyn RustStore>),
}

/// What the store of a frontend in Rust is working on.
#[cfg(feature = "frontend")]
pub(crate) type Working<T> = Pin<Box<dyn Future<Output = Result<T, JsValue>>>>;

/// A store of a frontend in Rust. No method holds a borrow of it while it waits.
#[cfg(feature = "frontend")]
pub(crate) trait RustStore {
    /// What is kept; `null` if that is nothing.
    fn load(&self) -> Working<JsValue>;
    /// Keeps `credential`.
    fn save(&self, credential: &JsValue) -> Working<()>;
    /// Forgets what is kept.
    fn clear(&self) -> Working<()>;
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credential")
    }
}

impl Credential {
    /// A place for it in this page that holds nothing yet.
    pub(crate) fn memory() -> Self {
        Self::Memory(RefCell::new(JsValue::NULL))
    }

    /// What is kept, or a promise of it; `null` or `undefined` if that is nothing.
    pub(crate) fn load(&self) -> Result<JsValue, JsValue> {
        match self {
            Self::Cookie => Ok(JsValue::NULL),
            Self::Memory(kept) => Ok(kept.borrow().clone()),
            Self::Store(store) => store.load(),
            #[cfg(feature = "frontend")]
            Self::Rust(store) => Ok(promise_of(store.load())),
        }
    }

    /// Keeps `credential`; what comes back may be a promise. With [`Credential::Cookie`] there is nothing to keep.
    pub(crate) fn save(&self, credential: &JsValue) -> Result<JsValue, JsValue> {
        match self {
            Self::Cookie => Ok(JsValue::NULL),
            Self::Memory(kept) => {
                kept.replace(credential.clone());
                Ok(JsValue::NULL)
            }
            Self::Store(store) => store.save(credential),
            #[cfg(feature = "frontend")]
            Self::Rust(store) => Ok(done(store.save(credential))),
        }
    }

    /// Forgets what is kept; what comes back may be a promise.
    pub(crate) fn clear(&self) -> Result<JsValue, JsValue> {
        match self {
            Self::Cookie => Ok(JsValue::NULL),
            Self::Memory(kept) => {
                kept.replace(JsValue::NULL);
                Ok(JsValue::NULL)
            }
            Self::Store(store) => store.clear(),
            #[cfg(feature = "frontend")]
            Self::Rust(store) => Ok(done(store.clear())),
        }
    }
}

/// A promise of what a store in Rust is working on.
#[cfg(feature = "frontend")]
fn promise_of(work: Working<JsValue>) -> JsValue {
    wasm_bindgen_futures::future_to_promise(work).into()
}

/// The same, of work that results in nothing.
#[cfg(feature = "frontend")]
fn done(work: Working<()>) -> JsValue {
    promise_of(Box::pin(async move { work.await.map(|()| JsValue::UNDEFINED) }))
}

/// Waits for a promise, or takes the value that stands in its place.
pub(crate) fn settled(value: &JsValue) -> JsFuture {
    JsFuture::from(Promise::resolve(value))
}

/// Whether `value` has to be waited for.
pub(crate) fn is_thenable(value: &JsValue) -> bool {
    Untrusted::new(value.clone()).is_some_and(|object| object.value("then").is_function())
}

/// Whether `value` is what stores have in the place of a credential.
pub(crate) fn is_nothing(value: &JsValue) -> bool {
    value.is_null() || value.is_undefined()
}
