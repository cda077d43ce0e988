//! Subject and data of a session: what the engine need not know, and the page wants to see.

use wasm_bindgen::prelude::*;

use crate::engine::RequestId;

/// What a valid answer brought besides the facts that the engine works with.
#[derive(Clone, Debug)]
pub(crate) struct Payload {
    /// Whose session it is.
    pub(crate) subject: Option<String>,
    /// Any value of the application's; `null` if there is none.
    pub(crate) data: JsValue,
}

impl Default for Payload {
    fn default() -> Self {
        Self { subject: None, data: JsValue::NULL }
    }
}

impl Payload {
    /// From the fields of an answer or a verdict. A subject that is no string is none.
    pub(crate) fn new(subject: Option<String>, data: JsValue) -> Self {
        Self { subject, data: if data.is_undefined() { JsValue::NULL } else { data } }
    }
}

/// The ids of other tabs' requests begin here, apart from those of this one.
const FIRST_RECEIVED: u32 = 1 << 31;

/// The payloads by the request that brought them, oldest first.
#[derive(Debug)]
pub(crate) struct Payloads {
    kept: Vec<(RequestId, Payload)>,
    next_received: u32,
}

impl Default for Payloads {
    fn default() -> Self {
        Self { kept: Vec::new(), next_received: FIRST_RECEIVED }
    }
}

impl Payloads {
    /// Takes in what a request of this tab brought.
    pub(crate) fn bring(&mut self, id: RequestId, payload: Payload) {
        self.kept.push((id, payload));
    }

    /// Takes in what a request of another tab brought, and names that request.
    pub(crate) fn receive(&mut self, payload: Payload) -> RequestId {
        let id = RequestId(self.next_received);
        self.next_received = self.next_received.wrapping_add(1).max(FIRST_RECEIVED);
        self.bring(id, payload);
        id
    }

    /// What this request brought. Everything before it is forgotten.
    pub(crate) fn brought_by(&mut self, id: Option<RequestId>) -> Payload {
        let found = id.and_then(|id| self.kept.iter().position(|(other, _)| *other == id));
        if let Some(place) = found {
            self.kept.drain(..place);
            if let Some((_, payload)) = self.kept.first() {
                return payload.clone();
            }
        }
        Payload::default()
    }
}
