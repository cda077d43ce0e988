//! What each setting accepts, refuses and outweighs.

use super::*;
use std::time::Duration;

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn refusal(settings: Settings) -> String {
    settings.resolve().expect_err("refused").to_string()
}

#[test]
fn the_defaults_work_on_this_machine() {
    let config = Settings::default().resolve().expect("defaults");
    assert_eq!(config.listen, "127.0.0.1:4780".parse().expect("an address"));
    assert_eq!(config.origin_at(config.listen).to_string(), "http://127.0.0.1:4780");
    assert!(config.allow_target.is_empty());
    assert!(!config.demo);
}

#[test]
fn each_setting_says_what_it_wants() {
    let some = |text: &str| Some(text.to_owned());
    let with = Settings::default;
    let cases = [
        (Settings { listen: some("4780"), ..with() }, "--listen: wants an IP address and a port"),
        (Settings { store: some("rediss://:hunter2@h"), ..with() }, "--store: the Redis URL asks for TLS"),
        (Settings { store: some("hunter2"), ..with() }, "--store: wants memory:, sqlite:FILE, postgres://"),
        (Settings { store: some("mysql://u:hunter2@h/d"), ..with() }, "--store: wants memory:, sqlite:FILE,"),
        (Settings { store: some("memory:hunter2"), ..with() }, "--store: wants memory: with nothing behind"),
        (Settings { store: some("sqlite:"), ..with() }, "--store: wants a file"),
        (Settings { store: some("sqlite::memory:"), ..with() }, "--store: wants a file"),
        (Settings { store: some("postgres://u:hunter2@h"), ..with() }, "--store: the database is missing"),
        (Settings { store: some("postgres://u@h/d"), ..with() }, "--store: the password is missing"),
        (
            Settings { store: some("postgres://u:hunter2@h/d?sslmode=require"), ..with() },
            "--store: the parameter `sslmode` is not accepted: connections are made without TLS",
        ),
        (
            Settings { store: some("postgres://u:hunter2@h/d"), revocations: some("sqlite:revocations.db"), ..with() },
            "--revocations: is for --store memory: alone; postgres://u@h:5432/d itself remembers",
        ),
        (
            Settings { store: some("sqlite:sessions.db"), revocations: some("none"), ..with() },
            "--revocations: is for --store memory: alone; sqlite:sessions.db itself remembers",
        ),
        (Settings { preset: some("forever"), ..with() }, "--preset: wants one of serverless-24h"),
        (Settings { set: texts(&["idle"]), ..with() }, "--set: wants KNOB=VALUE"),
        (Settings { set: texts(&["idel=1h"]), ..with() }, "--set: there is no policy knob `idel`"),
        (Settings { set: texts(&["idle=soon"]), ..with() }, "--set: policy knob `idle` wants a duration"),
        (Settings { set: texts(&["touch_every=23h"]), ..with() }, "--set: touch_every"),
        (Settings { revocations: some("file"), ..with() }, "--revocations: wants sqlite:FILE or none"),
        (Settings { public_origin: some("app.example"), ..with() }, "--public-origin: wants scheme, host"),
        (Settings { public_origin: some("http://app.example"), ..with() }, "--public-origin: wants https://"),
        (Settings { allow_origin: texts(&["*"]), ..with() }, "--allow-origin: wants scheme, host"),
        (Settings { trust_proxy: texts(&["proxy"]), ..with() }, "--trust-proxy: wants a network"),
        (Settings { site: texts(&["/nowhere/at/all"]), ..with() }, "--site: wants a folder"),
        (Settings { log: some("xml"), ..with() }, "--log: wants json or text"),
        (Settings { log_level: some("loud"), ..with() }, "--log-level: wants error, warn, info or debug"),
        (Settings { listen: some("0.0.0.0:4780"), ..with() }, "--listen: serves plain http"),
        (Settings { listen: some("0.0.0.0:4780"), demo: Some(true), ..with() }, "--demo: "),
    ];
    for (settings, start) in cases {
        let refusal = refusal(settings);
        assert!(refusal.starts_with(start), "{refusal}");
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }
}

#[test]
fn behind_a_tls_proxy_it_may_listen_anywhere() {
    let settings = Settings {
        listen: Some("0.0.0.0:4780".to_owned()),
        public_origin: Some("https://app.example".to_owned()),
        ..Settings::default()
    };
    assert!(settings.resolve().expect("allowed").is_secure());
}

#[test]
fn an_origin_of_another_site_needs_cookies_that_travel() {
    let settings = |same_site: &str, public: &str| Settings {
        public_origin: Some(public.to_owned()),
        allow_origin: texts(&["https://other.example"]),
        set: vec![format!("cookie.same_site={same_site}")],
        ..Settings::default()
    };
    for same_site in ["strict", "lax"] {
        let refusal = refusal(settings(same_site, "https://app.test.example.org"));
        assert!(refusal.starts_with("--allow-origin: https://other.example is another site"), "{refusal}");
    }
    assert!(settings("none", "https://app.example.org").resolve().is_ok());
    assert!(settings("none", "http://localhost:1").resolve().is_err(), "runs as Lax");
    assert!(settings("strict", "https://app.other.example").resolve().is_ok());
}

#[test]
fn heavier_settings_win_and_knobs_are_weighed_one_by_one() {
    let file: Settings = toml::from_str(
        "listen = '127.0.0.1:1'\nlog = 'json'\nset = ['idle=1h', 'touch_every=60s']\nallow-origin = ['http://127.0.0.1:9']",
    )
    .expect("a file");
    let flags = Settings { listen: Some("127.0.0.1:2".to_owned()), set: texts(&["idle=2h"]), ..Settings::default() };
    let config = flags.outweigh(&texts(&["idle=90m", "warn_before=3m"]), file).expect("good");
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.log, LogFormat::Json);
    assert_eq!(config.policy.idle, Some(Duration::from_secs(7200)));
    assert_eq!(config.policy.touch_every, Duration::from_secs(60));
    assert_eq!(config.policy.warn_before, Duration::from_secs(180));
    assert_eq!(config.allow_origin.len(), 1);
    for (knob, source) in [
        ("idle", Source::Flag),
        ("warn_before", Source::Environment),
        ("touch_every", Source::File),
        ("absolute", Source::Preset),
    ] {
        assert_eq!(config.sources.of(knob), source, "{knob}");
    }
}

#[test]
fn the_demo_allows_files_and_names_a_folder() {
    let settings = Settings { demo: Some(true), ..Settings::default() };
    let config = settings.resolve().expect("good");
    assert_eq!(config.allow_target, ["sqlite:"]);
    assert_eq!(config.files_root, Some(PathBuf::from(".session-keepalive/files")));
}

#[test]
fn a_site_is_a_folder_at_a_path() {
    let dir = tempfile::tempdir().expect("a folder");
    let text = dir.path().display().to_string();
    let at = |path: &str| Mount { path: path.to_owned(), dir: dir.path().to_owned() };
    assert_eq!(mount(&text), Ok(at("/")));
    assert_eq!(mount(&format!("/dist={text}")), Ok(at("/dist")));
    assert_eq!(mount(&format!("/dist/={text}")), Ok(at("/dist")));
    let odd = dir.path().join("a=b, c");
    std::fs::create_dir(&odd).expect("a folder");
    let odd_mount = Mount { path: "/".to_owned(), dir: odd.clone() };
    assert_eq!(mounts(&[odd.display().to_string()]), Ok(vec![odd_mount]));
    assert_eq!(mounts(&[format!("{text},/dist={text}")]), Ok(vec![at("/"), at("/dist")]));
}

#[test]
fn a_store_is_named_without_its_password() {
    for (text, shown, revocations) in [
        ("memory:", "memory:", RevocationChoice::Sqlite(".session-keepalive/revocations.db".into())),
        ("sqlite:/var/lib/sessions.db", "sqlite:/var/lib/sessions.db", RevocationChoice::Store),
        ("postgres://app:hunter2@DB/sessions", "postgres://app@db:5432/sessions", RevocationChoice::Store),
        ("redis://app:hunter2@db/2", "redis://db:6379/2", RevocationChoice::Store),
        ("valkey://:hunter2@db:1", "redis://db:1/0", RevocationChoice::Store),
        ("postgresql://app:hunter2@db:1/s", "postgres://app@db:1/s", RevocationChoice::Store),
    ] {
        let settings = Settings { store: Some(text.to_owned()), ..Settings::default() };
        let config = settings.resolve().expect("a store");
        assert_eq!((config.store.to_string().as_str(), &config.revocations), (shown, &revocations));
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(config.deployment().durable_store, revocations == RevocationChoice::Store);
        assert!(config.deployment().durable_revocations);
    }
}
