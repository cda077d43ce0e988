//! Idempotency keys: one for every attempt, the same for its retries, unguessable for everybody else.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn fill_with_random_values(bytes: &mut [u8]) -> Result<JsValue, JsValue>;
}

/// The key of the current attempt.
#[derive(Default)]
pub(crate) struct IdempotencyKeys(Option<(u32, String)>);

impl std::fmt::Debug for IdempotencyKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdempotencyKeys")
    }
}

impl IdempotencyKeys {
    /// The key of `attempt`: 32 hexadecimal digits.
    pub(crate) fn of(&mut self, attempt: u32) -> String {
        match &self.0 {
            Some((known, key)) if *known == attempt => key.clone(),
            Some(_) | None => {
                let mut bytes = [0; 16];
                // Where it is missing, requests are not told apart from their retries; the server then answers each.
                let _ = fill_with_random_values(&mut bytes);
                let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
                let key: String = digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect();
                self.0 = Some((attempt, key.clone()));
                key
            }
        }
    }
}
