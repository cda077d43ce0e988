//! What the page asks of the backend. Only a page can: on the server there is no `session.fetch`.

#[cfg(target_arch = "wasm32")]
pub use in_page::{ask, connect};
#[cfg(not(target_arch = "wasm32"))]
pub use nowhere::{ask, connect};

#[cfg(not(target_arch = "wasm32"))]
mod nowhere {
    use session_keepalive::KeepAlive;

    pub async fn ask(_: &KeepAlive) -> String {
        String::new()
    }

    pub async fn connect(_: &KeepAlive, _connection_string: &str) -> Result<(), String> {
        Ok(())
    }
}

#[cfg(target_arch = "wasm32")]
mod in_page {
    use session_keepalive::wire::{CLIENT_HEADER, CLIENT_HEADER_VALUE};
    use session_keepalive::{KeepAlive, Thrown};
    use wasm_bindgen::prelude::*;
    use web_sys::{Request, RequestInit};

    /// A request that waits for a reconnect.
    pub async fn ask(session: &KeepAlive) -> String {
        match session.fetch("/api/database").await {
            Ok(answer) => format!("The database answered with {}.", answer.status()),
            Err(error) => error.to_string(),
        }
    }

    /// Signs in, and lets the session know.
    pub async fn connect(session: &KeepAlive, connection_string: &str) -> Result<(), String> {
        let request = request(connection_string).map_err(|error| Thrown::from(error).to_string())?;
        let answer = session.fetch_request(&request).await.map_err(|error| error.to_string())?;
        if !answer.ok() {
            return Err(format!("The server refused it with {}.", answer.status()));
        }
        // The credential is the server's ticket, in a cookie; nothing is handed over.
        session.remember(()).await.map_err(|error| error.to_string())
    }

    fn request(connection_string: &str) -> Result<Request, JsValue> {
        let body = js_sys::Object::new();
        js_sys::Reflect::set(&body, &"connectionString".into(), &connection_string.into())?;
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_body(&js_sys::JSON::stringify(&body)?.into());
        let request = Request::new_with_str_and_init("/api/connect", &init)?;
        request.headers().set("content-type", "application/json")?;
        request.headers().set(CLIENT_HEADER, CLIENT_HEADER_VALUE)?;
        Ok(request)
    }
}
