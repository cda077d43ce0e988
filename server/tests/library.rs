//! The server as a library: the examples run, and what an application's handlers get, answer and refuse.

#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;
#[cfg(test)]
#[path = "../examples/oidc.rs"]
#[allow(dead_code, reason = "its main is not for tests")]
mod oidc;
#[cfg(test)]
#[path = "../examples/own_login.rs"]
#[allow(dead_code, reason = "its main is not for tests")]
mod own_login;

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        net::SocketAddr,
        sync::{Arc, Mutex},
        time::Duration,
    };

    use ::http::{StatusCode, header::LOCATION};
    use axum::{
        Json, Router,
        extract::{Query, State},
        response::Redirect,
        routing::{get, post},
    };
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use reqwest::Method;
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};
    use session_keepalive::wire::ProblemCode;
    use session_keepalive_server::{
        clock::ManualClock,
        config::{Limits, Origin},
        http::{Builder, CurrentSession, Kept, Refusal, SessionKeepalive, Visit},
        policy::{CookieAge, CookiePolicy, Policy, SERVERLESS_24H},
        revocations::Revocations,
        sessions::{CookieChange, Presented},
        store::{Store, memory::MemoryStore, sqlite::SqliteStore},
        ticket::TicketKeys,
    };
    use sha2::{Digest, Sha256};
    use tokio::net::TcpListener;

    use super::{
        http::{Answer, Browser, send},
        oidc, own_login,
    };

    const HOUR: Duration = Duration::from_secs(3600);
    const ACCOUNTS: own_login::Accounts = own_login::Accounts(&[(7, "alice", "wonderland"), (8, "bob", "builder")]);

    fn keys() -> TicketKeys {
        TicketKeys::parse(&"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into()).unwrap()
    }

    /// Serves what `app` makes for the origin that it will have.
    async fn serve(app: impl FnOnce(Origin) -> Router) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = Origin::of_listener(listener.local_addr().unwrap());
        let service = app(origin.clone()).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        origin.to_string()
    }

    async fn own_login() -> String {
        serve(|origin| own_login::app(origin, keys(), ACCOUNTS).unwrap()).await
    }

    fn builder(origin: Origin) -> Builder {
        SessionKeepalive::builder(SERVERLESS_24H, Arc::new(MemoryStore::new())).keys(keys()).origin(origin)
    }

    async fn sign_in(browser: &mut Browser, name: &str, password: &str) -> Answer {
        browser.post("/api/connect", json!({ "name": name, "password": password })).await
    }

    #[tokio::test]
    async fn an_application_signs_people_in_its_own_way() {
        let origin = own_login().await;
        let mut alice = Browser::at(&origin);
        assert_eq!(alice.get("/account").await.code(), "SESSION_UNKNOWN");
        let answer = sign_in(&mut alice, "alice", "wonderland").await;
        assert_eq!((answer.status, &answer.json()["subject"]), (200, &json!("7")));
        assert_eq!(alice.get("/account").await.text, "account 7");
        let mut bob = Browser::at(&origin);
        sign_in(&mut bob, "bob", "builder").await;
        assert_eq!(bob.get("/account").await.text, "account 8");
        assert_eq!(bob.get("/api/sessions").await.json()["sessions"].as_array().unwrap().len(), 1);

        assert_eq!(alice.with_only("ticket").validate().await.json()["reconnected"], true);
        let mut copy = alice.clone();
        assert_eq!(alice.logout(false).await.status, 204);
        let refused = copy.get("/account").await;
        assert_eq!((refused.status, refused.code().as_str()), (401, "SESSION_REVOKED"));
    }

    #[tokio::test]
    async fn a_credential_that_is_wrong_or_malformed_is_told_so_and_never_repeated() {
        let origin = own_login().await;
        let mut browser = Browser::at(&origin);
        let wrong = sign_in(&mut browser, "alice", "hunter2").await;
        assert_eq!((wrong.status, wrong.code().as_str()), (422, "CONNECTION_REFUSED"));
        for (body, says) in [
            (json!({ "name": "alice", "password": "hunter2", "role": "admin" }), "Unknown field 'role'"),
            (json!({ "name": "alice", "password": "hunter2", "remember": "hunter2" }), "must be a boolean"),
            (json!({ "name": "alice" }), "'password' is missing"),
            (json!({ "connectionString": "hunter2" }), "is missing"),
            (json!({}), "is missing"),
        ] {
            let answer = browser.post("/api/connect", body.clone()).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "INVALID_REQUEST"), "{body}");
            assert!(answer.detail().contains(says) && !answer.text.contains("hunter2"), "{answer:?}");
        }
        assert!(browser.cookies.is_empty());
    }

    #[tokio::test]
    async fn guessing_locks_the_name_at_this_address() {
        let origin = own_login().await;
        let mut browser = Browser::at(&origin);
        let mut locked = None;
        for attempt in 0..50 {
            let answer = sign_in(&mut browser, "alice", "guess").await;
            if answer.code() == "RATE_LIMITED" {
                assert!(!answer.header("retry-after").is_empty());
                locked = Some(attempt);
                break;
            }
        }
        assert!(locked.is_some(), "50 guesses, and no end");
        assert_eq!(sign_in(&mut browser, "bob", "builder").await.status, 200);
    }

    #[tokio::test]
    async fn a_remembered_credential_of_its_own_signs_in_once_per_key() {
        let origin = own_login().await;
        let by = async |browser: &mut Browser| {
            let body = json!({ "name": "alice", "password": "wonderland" }).to_string();
            browser.send(browser.prepare("/api/reconnect", body).header("idempotency-key", "key-1")).await
        };
        let (mut first, mut second) = (Browser::at(&origin), Browser::at(&origin));
        for browser in [&mut first, &mut second] {
            let answer = by(browser).await;
            assert_eq!((answer.status, &answer.json()["subject"]), (200, &json!("7")), "{answer:?}");
        }
        assert_eq!(first.get("/api/sessions").await.json()["sessions"].as_array().unwrap().len(), 1);
        let no_credential = Browser::at(&origin).post("/api/reconnect", json!({})).await;
        assert_eq!(no_credential.code(), "SESSION_UNKNOWN", "the ticket decides, and there is none");
    }

    /// What the test's own application keeps.
    #[derive(Deserialize, Serialize)]
    struct Notes {
        secret: String,
    }

    async fn begin(visit: Visit) -> Result<StatusCode, Refusal> {
        visit.begin(&Notes { secret: "begun".to_owned() }).await?;
        Ok(StatusCode::NO_CONTENT)
    }

    async fn come_back(visit: Visit) -> Result<StatusCode, Refusal> {
        visit.sign_in(&"alice@example", &Notes { secret: String::new() }, false).await?;
        Ok(StatusCode::NO_CONTENT)
    }

    /// Everything that can be done, in one request.
    async fn enter(visit: Visit) -> Result<String, Refusal> {
        visit.begin(&Notes { secret: String::new() }).await?;
        visit.update(|notes: &mut Notes| notes.secret.push_str("hunter2")).await?;
        visit.sign_in(&"alice@example", &Notes { secret: "hunter2".to_owned() }, true).await?;
        visit.update(|notes: &mut Notes| notes.secret.push('!')).await?;
        let kept: Kept<Notes> = visit.kept().await?;
        Ok(format!("{kept:?} {visit:?}"))
    }

    async fn by_name(session: CurrentSession<String, Notes>) -> String {
        format!("{} {} {session:?}", session.subject, session.data.secret.len())
    }

    async fn by_number(session: CurrentSession<u32>) -> String {
        session.subject.to_string()
    }

    async fn by_other_data(session: CurrentSession<String, Vec<u8>>) -> String {
        session.subject
    }

    async fn fails(visit: Visit) -> Result<(), Refusal> {
        visit.sign_out(false).await?;
        Err(Refusal::plain(StatusCode::IM_A_TEAPOT, "no coffee"))
    }

    fn visits(sessions: &SessionKeepalive) -> Router {
        Router::new()
            .route("/begin", post(begin))
            .route("/come-back", post(come_back))
            .route("/enter", post(enter))
            .route("/name", get(by_name).post(by_name))
            .route("/number", get(by_number))
            .route("/other-data", get(by_other_data))
            .route("/fails", post(fails))
            .nest("/api", sessions.routes())
            .layer(sessions.layer())
            .route("/outside", get(by_name))
    }

    async fn submit(browser: &mut Browser, path: &str) -> Answer {
        browser.send(browser.bare(Method::POST, path)).await
    }

    #[tokio::test]
    async fn handlers_get_their_own_types_and_refuse_whoever_has_none() {
        let origin = serve(|origin| visits(&builder(origin).build().unwrap())).await;
        let mut alice = Browser::at(&origin);
        assert_eq!(alice.get("/name").await.code(), "SESSION_UNKNOWN");
        let entered = submit(&mut alice, "/enter").await;
        assert_eq!((entered.status, entered.set_cookies().len()), (200, 2), "{entered:?}");
        assert_eq!(entered.header("cache-control"), "no-store");
        let by_name = alice.get("/name").await;
        assert!(by_name.text.starts_with("alice@example 8 "), "{by_name:?}");
        assert!(by_name.set_cookies().is_empty());
        // Nothing of what is kept or presented can be printed.
        for printed in [&entered.text, &by_name.text] {
            assert!(!printed.contains("hunter2"), "{printed}");
            assert!(alice.cookies.values().all(|cookie| !printed.contains(cookie)), "{printed}");
        }
        for path in ["/number", "/other-data"] {
            let answer = alice.get(path).await;
            assert_eq!((answer.status, answer.code().as_str()), (401, "RECONNECT_REFUSED"), "{path}");
        }
        let outside = alice.get("/outside").await;
        assert_eq!(outside.status, 500, "no layer is above it");
        assert_eq!(alice.validate().await.json()["subject"], "alice@example");
    }

    #[tokio::test]
    async fn a_session_that_has_only_begun_is_nobodys() {
        let origin = serve(|origin| visits(&builder(origin).build().unwrap())).await;
        let mut browser = Browser::at(&origin);
        assert_eq!(submit(&mut browser, "/begin").await.status, 204);
        assert_eq!(browser.cookies.len(), 1, "no ticket: {:?}", browser.cookies.keys());
        assert_eq!(browser.get("/name").await.code(), "SESSION_UNKNOWN");
        assert_eq!(browser.validate().await.json()["subject"], Value::Null);
        // Without anybody who checks credentials there is no connect.
        assert_eq!(browser.connect("sqlite:sample.db").await.status, 404);
        assert_eq!(browser.reconnect("sqlite:sample.db", "key-1").await.code(), "INVALID_REQUEST");
    }

    #[tokio::test]
    async fn a_source_leaves_only_so_many_sessions_that_nobody_signs_in_on() {
        let store = Arc::new(MemoryStore::new());
        let origin = serve(|origin| {
            let builder = SessionKeepalive::builder(SERVERLESS_24H, store.clone()).keys(keys()).origin(origin);
            let limits = Limits { begun: 2, ..Limits::default() };
            visits(&builder.limits(limits).trust_proxy("127.0.0.0/8".parse().unwrap()).build().unwrap())
        })
        .await;
        let from = async |browser: &mut Browser, source: &str, path: &str| {
            browser.send(browser.bare(Method::POST, path).header("x-forwarded-for", source)).await
        };
        // Whoever signs in may begin again, as often as they like.
        for _ in 0..5 {
            assert_eq!(from(&mut Browser::at(&origin), "192.0.2.1", "/enter").await.status, 200);
        }
        let mut first = Browser::at(&origin);
        assert_eq!(from(&mut first, "192.0.2.1", "/begin").await.status, 204);
        assert_eq!(from(&mut Browser::at(&origin), "192.0.2.1", "/begin").await.status, 204);
        let live = store.stats().await.unwrap().live;
        let cookies = first.cookies.clone();
        for path in ["/begin", "/enter"] {
            let refused = from(&mut first, "192.0.2.1", path).await;
            assert_eq!((refused.status, refused.code().as_str()), (429, "RATE_LIMITED"), "{refused:?}");
            let wait: u64 = refused.header("retry-after").parse().unwrap();
            assert!((1..=1_800).contains(&wait), "half an hour for each of two: {wait}");
            assert!(refused.set_cookies().is_empty());
        }
        assert_eq!(store.stats().await.unwrap().live, live);
        assert_eq!(first.validate().await.status, 200, "what has begun goes on");
        assert_eq!(first.cookies, cookies);
        assert_eq!(from(&mut Browser::at(&origin), "192.0.2.2", "/begin").await.status, 204);
        // One of them is signed in on after all.
        assert_eq!(from(&mut first, "192.0.2.1", "/come-back").await.status, 204);
        assert_eq!(from(&mut Browser::at(&origin), "192.0.2.1", "/begin").await.status, 204);
        assert_eq!(from(&mut first, "192.0.2.1", "/come-back").await.status, 204);
        assert_eq!(from(&mut Browser::at(&origin), "192.0.2.1", "/begin").await.code(), "RATE_LIMITED", "a new one");
    }

    #[tokio::test]
    async fn what_another_site_may_have_started_changes_nothing() {
        let origin = serve(|origin| visits(&builder(origin).build().unwrap())).await;
        let mut alice = Browser::at(&origin);
        submit(&mut alice, "/enter").await;
        for (name, value) in
            [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("host", "evil.example")]
        {
            for path in ["/name", "/begin", "/fails"] {
                let answer = send(alice.bare(Method::POST, path).header(name, value)).await;
                assert_eq!((answer.status, answer.code().as_str()), (403, "CSRF_REFUSED"), "{path} {name}");
                assert!(answer.set_cookies().is_empty());
            }
        }
        // A link from elsewhere may be followed.
        assert_eq!(send(alice.bare(Method::GET, "/name").header("sec-fetch-site", "cross-site")).await.status, 200);
    }

    #[tokio::test]
    async fn cookies_are_on_the_answer_whatever_the_handler_says() {
        let clock = ManualClock::default();
        let cookie = CookiePolicy { max_age: CookieAge::Rolling(HOUR * 24), ..SERVERLESS_24H.cookie };
        let policy = Policy { cookie, ..SERVERLESS_24H };
        let time = Arc::new(clock.clone());
        let origin = serve(|origin| {
            let builder = SessionKeepalive::builder(policy, Arc::new(MemoryStore::new())).keys(keys()).origin(origin);
            visits(&builder.clock(time).build().unwrap())
        })
        .await;
        let mut alice = Browser::at(&origin);
        submit(&mut alice, "/enter").await;
        clock.advance(HOUR);
        let touched = alice.get("/name").await;
        assert_eq!((touched.status, touched.set_cookies().len()), (200, 2), "rolled, and sealed again: {touched:?}");
        assert_eq!(touched.header("cache-control"), "no-store");
        let failed = submit(&mut alice, "/fails").await;
        assert_eq!((failed.status, failed.set_cookies().len()), (418, 2), "{failed:?}");
        assert!(alice.cookies.is_empty());
    }

    #[tokio::test]
    async fn over_a_durable_store_all_instances_know_of_an_end_without_a_log() {
        let folder = tempfile::tempdir().unwrap();
        let over = |store: Arc<dyn Store>| {
            let origin = "https://app.example".parse().unwrap();
            let built = SessionKeepalive::builder(SERVERLESS_24H, store).keys(keys()).origin(origin).build();
            built.unwrap().sessions().clone()
        };
        // The durable store never had it: no instance hears of its end by the record alone.
        let before = over(Arc::new(MemoryStore::new()));
        let granted = before.connect(&Presented::default(), "{}".into(), Some("alice".to_owned()), true).await.unwrap();
        let CookieChange::Set { value: ticket, .. } = granted.ticket else { panic!("{granted:?}") };
        let presented = Presented { ticket: Some(ticket), ..Presented::default() };

        let file = folder.path().join("sessions.db");
        let [one, other] = [(); 2].map(|()| over(Arc::new(SqliteStore::open(&file).unwrap())));
        one.logout(&presented, false).await.unwrap();
        let refused = other.reconnect_by_ticket(&presented).await.unwrap_err();
        assert_eq!(refused.code, ProblemCode::SessionRevoked);
    }

    #[tokio::test]
    async fn what_cannot_be_together_is_refused_by_name() {
        let at = |origin: &str| builder(origin.parse().unwrap());
        let store = || Arc::new(MemoryStore::new());
        let folder = tempfile::tempdir().unwrap();
        let file = Arc::new(SqliteStore::open(&folder.path().join("sessions.db")).unwrap());
        let over_file = SessionKeepalive::builder(SERVERLESS_24H, file).keys(keys());
        let over_file = over_file.origin("https://app.example".parse().unwrap());
        let errors = [
            (SessionKeepalive::builder(SERVERLESS_24H, store()).build(), "keys"),
            (SessionKeepalive::builder(SERVERLESS_24H, store()).keys(keys()).build(), "origin"),
            (at("http://app.example").build(), "https://"),
            (at("https://app.example").revocations(Revocations::by_store()).build(), "Revocations::sqlite"),
            (over_file.revocations(Revocations::none().unwrap()).build(), "leave it out"),
            (at("https://app.example").allow_origin("https://other.test".parse().unwrap()).build(), "other.test"),
        ];
        for (built, says) in errors {
            let error = built.unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        let bad = Policy { touch_every: HOUR * 24, ..SERVERLESS_24H };
        let built = SessionKeepalive::builder(bad, store()).keys(keys()).origin("https://app.example".parse().unwrap());
        assert!(built.build().unwrap_err().to_string().contains("touch_every"));
    }

    /// A provider that believes everybody, and remembers what it was asked.
    #[derive(Clone, Default)]
    struct Stub(Arc<Mutex<BTreeMap<String, BTreeMap<String, String>>>>);

    async fn authorize(State(stub): State<Stub>, Query(asked): Query<BTreeMap<String, String>>) -> Redirect {
        let code = format!("code-{}", stub.0.lock().unwrap().len());
        let back = format!("{}?code={code}&state={}", asked["redirect_uri"], asked["state"]);
        stub.0.lock().unwrap().insert(code, asked);
        Redirect::to(&back)
    }

    async fn token(
        State(stub): State<Stub>,
        Json(asked): Json<BTreeMap<String, String>>,
    ) -> Result<Json<Value>, StatusCode> {
        // A code is good once.
        let begun = stub.0.lock().unwrap().remove(&asked["code"]).ok_or(StatusCode::BAD_REQUEST)?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&asked["code_verifier"]));
        if begun["code_challenge"] != challenge || begun["redirect_uri"] != asked["redirect_uri"] {
            return Err(StatusCode::BAD_REQUEST);
        }
        Ok(Json(json!({ "sub": "alice@id", "nonce": begun["nonce"], "access_token": "hunter2".repeat(100) })))
    }

    struct Flow {
        origin: String,
        clock: ManualClock,
        store: Arc<MemoryStore>,
        sessions: SessionKeepalive,
    }

    impl Flow {
        async fn start() -> Self {
            let stub = Stub::default();
            let provider = serve(|_| {
                Router::new().route("/authorize", get(authorize)).route("/token", post(token)).with_state(stub)
            })
            .await;
            let (clock, store, mut made) = (ManualClock::default(), Arc::new(MemoryStore::new()), None);
            let origin = serve(|own_origin| {
                let sessions = SessionKeepalive::builder(oidc::POLICY, store.clone())
                    .keys(keys())
                    .origin(own_origin.clone())
                    .clock(Arc::new(clock.clone()))
                    .build()
                    .unwrap();
                made = Some(sessions.clone());
                let at = |path: &str| format!("{provider}{path}").parse().unwrap();
                let client = reqwest::Client::builder().no_proxy().build().unwrap();
                let provider = oidc::Provider { authorize: at("/authorize"), token: at("/token"), own_origin, client };
                oidc::app(&sessions, provider)
            })
            .await;
            Self { origin, clock, store, sessions: made.unwrap() }
        }

        fn browser(&self) -> Browser {
            Browser::at(&self.origin)
        }

        /// Starts, goes to the provider, and answers where that sends the browser.
        async fn to_the_provider(&self, browser: &mut Browser) -> String {
            let begun = submit(browser, "/login").await;
            assert_eq!(begun.status, 303, "{begun:?}");
            let cookies = begun.set_cookies();
            assert!(cookies.iter().any(|cookie| cookie.contains("SameSite=Lax")), "{cookies:?}");
            let there = begun.header(LOCATION.as_str()).to_owned();
            let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
            let answer = client.build().unwrap().get(there).send().await.unwrap();
            answer.headers()[LOCATION].to_str().unwrap().strip_prefix(&self.origin).unwrap().to_owned()
        }

        /// The way back is a navigation from another site.
        async fn come_back(&self, browser: &mut Browser, path: &str) -> Answer {
            let request = browser.bare(Method::GET, path).header("sec-fetch-site", "cross-site");
            browser.send(request).await
        }

        async fn signed_in(&self) -> Browser {
            let mut browser = self.browser();
            let back = self.to_the_provider(&mut browser).await;
            assert_eq!(self.come_back(&mut browser, &back).await.status, 303);
            browser
        }
    }

    #[tokio::test]
    async fn a_person_comes_back_from_the_provider_signed_in() {
        let flow = Flow::start().await;
        let mut alice = flow.browser();
        let back = flow.to_the_provider(&mut alice).await;
        let mut planted = alice.clone();
        assert_eq!(alice.get("/me").await.code(), "SESSION_UNKNOWN", "not yet");
        let signed_in = flow.come_back(&mut alice, &back).await;
        assert_eq!((signed_in.status, signed_in.header("location")), (303, "/me"), "{signed_in:?}");
        assert_eq!(alice.get("/me").await.text, "alice@id with a token of 700 characters, refreshed 0 times");
        // Whoever planted the id from before the sign-in has nothing.
        assert_eq!(planted.get("/me").await.code(), "SESSION_UNKNOWN");
        assert_eq!(planted.validate().await.code(), "SESSION_UNKNOWN");
        let again = flow.come_back(&mut planted, &back).await;
        assert_eq!(again.code(), "SESSION_UNKNOWN", "nor by the same way back");

        for _ in 0..2 {
            assert_eq!(submit(&mut alice, "/refresh").await.status, 204);
        }
        assert!(alice.get("/me").await.text.ends_with("refreshed 2 times"));
        let mut copy = alice.clone();
        assert_eq!(submit(&mut alice, "/logout").await.status, 204);
        assert!(alice.cookies.is_empty());
        assert_eq!(copy.get("/me").await.code(), "SESSION_UNKNOWN", "the policy keeps no reason");
    }

    #[tokio::test]
    async fn who_begins_again_and_again_fills_no_store() {
        let flow = Flow::start().await;
        let mut alice = flow.signed_in().await;
        let mut begun = 0;
        let refused = loop {
            let answer = submit(&mut flow.browser(), "/login").await;
            if answer.status != 303 {
                break answer;
            }
            begun += 1;
            assert!(begun < 200, "no end");
        };
        assert_eq!((refused.status, refused.code().as_str()), (429, "RATE_LIMITED"), "{refused:?}");
        // One comes back each 36 s.
        assert!((100..=110).contains(&begun), "{begun}");
        assert_eq!(flow.store.stats().await.unwrap().live, begun + 1);
        assert_eq!(alice.get("/me").await.status, 200);
    }

    #[tokio::test]
    async fn a_way_back_that_began_elsewhere_signs_nobody_in() {
        let flow = Flow::start().await;
        let (mut alice, mut mallory) = (flow.browser(), flow.browser());
        let theirs = flow.to_the_provider(&mut mallory).await;
        assert_eq!(flow.come_back(&mut alice, &theirs).await.code(), "SESSION_UNKNOWN");
        let own = flow.to_the_provider(&mut alice).await;
        let foreign = flow.come_back(&mut alice, &theirs).await;
        assert_eq!(foreign.status, 403, "{foreign:?}");
        let (before, _) = own.split_once("code=").unwrap();
        let (_, state) = own.split_once("&state=").unwrap();
        let made_up = flow.come_back(&mut alice, &format!("{before}code=none&state={state}")).await;
        assert_eq!(made_up.status, 403, "{made_up:?}");
        assert_eq!(alice.get("/me").await.code(), "SESSION_UNKNOWN");
        assert_eq!(flow.come_back(&mut alice, &own).await.status, 303, "the own one is still good");
        assert_eq!(alice.get("/me").await.status, 200);
    }

    #[tokio::test]
    async fn an_hour_is_all_and_what_idles_can_be_swept_before() {
        let flow = Flow::start().await;
        let (mut idle, mut busy) = (flow.signed_in().await, flow.signed_in().await);
        for _ in 0..3 {
            flow.clock.advance(HOUR / 4);
            assert_eq!(busy.get("/me").await.status, 200);
        }
        assert_eq!(flow.sessions.sessions().sweep().await.unwrap().ran_out, 0);
        // On demand: the same store under a policy for which half an hour is too long.
        let policy = Policy { idle: Some(HOUR / 2), ..oidc::POLICY };
        let origin = flow.origin.parse().unwrap();
        let strict = SessionKeepalive::builder(policy, flow.store.clone()).keys(keys()).origin(origin);
        let strict = strict.clock(Arc::new(flow.clock.clone())).build().unwrap();
        assert_eq!(strict.sessions().sweep().await.unwrap().ran_out, 1);
        assert_eq!(idle.get("/me").await.code(), "SESSION_UNKNOWN");
        assert_eq!(busy.get("/me").await.status, 200);
        flow.clock.advance(HOUR / 4);
        assert_eq!(busy.get("/me").await.code(), "SESSION_UNKNOWN", "signed in an hour ago");
    }
}
