//! An application's own store, as the shell has it.

use std::rc::Rc;

use js_sys::{Error, JSON};
use wasm_bindgen::prelude::*;

use super::credential::{CredentialStore, Form, Secret};
use super::error::CredentialError;
use crate::browser::credential::{RustStore, Working};

/// The store without its type.
pub(super) fn erase(store: impl CredentialStore + 'static) -> Box<dyn RustStore> {
    Box::new(Erased(Rc::new(store)))
}

struct Erased<S>(Rc<S>);

impl<S: CredentialStore + 'static> RustStore for Erased<S> {
    fn load(&self) -> Working<JsValue> {
        let store = Rc::clone(&self.0);
        Box::pin(async move {
            match store.load().await.map_err(thrown)? {
                Some(json) => JSON::parse(&json),
                None => Ok(JsValue::NULL),
            }
        })
    }

    fn save(&self, credential: &JsValue) -> Working<()> {
        let (store, json) = (Rc::clone(&self.0), JSON::stringify(credential));
        Box::pin(async move {
            // What JSON cannot hold is `undefined`.
            let json = json?.as_string().ok_or_else(|| JsValue::from(Error::new("the credential is not JSON")))?;
            store.save(&json).await.map_err(thrown)
        })
    }

    fn clear(&self) -> Working<()> {
        let store = Rc::clone(&self.0);
        Box::pin(async move { store.clear().await.map_err(thrown) })
    }
}

fn thrown(error: CredentialError) -> JsValue {
    Error::new(&error.to_string()).into()
}

impl Secret {
    /// The value that the shell keeps and sends.
    pub(super) fn into_js(self) -> Result<JsValue, JsValue> {
        match self.0 {
            Form::Nothing => Ok(JsValue::NULL),
            Form::Text(text) => Ok(text.into()),
            // Without the cause: the words of JSON.parse would repeat what it read.
            Form::Json(text) => JSON::parse(&text).map_err(|_| Error::new("the credential is not JSON").into()),
            Form::Value(value) => Ok(value),
        }
    }
}

impl From<JsValue> for Secret {
    fn from(value: JsValue) -> Self {
        Self(Form::Value(value))
    }
}
