//! `metrics.md` has every metric that a server exposes, and none that it does not.
//!
//! A process has one set of metrics: this is the only test of its binary that looks at them.

#[cfg(test)]
#[path = "support/http.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod http;

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        net::TcpListener,
        time::{Duration, Instant},
    };

    use rusqlite::Connection;
    use serde_json::json;

    use super::http::Backend;

    const TABLE: &str = include_str!("../metrics.md");
    const SQLITE: &str = "sqlite:sample.db";

    /// Type and labels, by name.
    type Metrics = BTreeMap<String, (String, BTreeSet<String>)>;

    /// The words in backticks.
    fn quoted(cell: &str) -> BTreeSet<String> {
        cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    fn documented() -> Metrics {
        let rows = TABLE.lines().filter(|line| line.starts_with("| `"));
        rows.map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let [_, name, kind, labels, what, _] = cells[..] else { panic!("{row}") };
            assert!(!what.is_empty(), "{row}");
            (quoted(name).pop_first().unwrap(), (kind.to_owned(), quoted(labels)))
        })
        .collect()
    }

    /// From Prometheus text: `# TYPE name type`, then `name{label="value"} number`.
    fn exposed(text: &str) -> Metrics {
        let mut found = Metrics::new();
        for line in text.lines() {
            if let Some(told) = line.strip_prefix("# TYPE ") {
                let (name, kind) = told.split_once(' ').unwrap();
                found.insert(name.to_owned(), (kind.to_owned(), BTreeSet::new()));
            } else if !line.starts_with('#') && !line.is_empty() {
                let (series, _) = line.rsplit_once(' ').unwrap();
                let (name, labels) = series.split_once('{').unwrap_or((series, ""));
                let of = ["_bucket", "_sum", "_count"].iter().find_map(|part| name.strip_suffix(part));
                let (kind, own) = match of.and_then(|of| found.get_mut(of)) {
                    Some(histogram) => histogram,
                    None => found.get_mut(name).unwrap_or_else(|| panic!("{line} has no type")),
                };
                let names = labels.split("\",").filter_map(|label| label.split_once("=\"")).map(|(name, _)| name);
                // What the format adds to a histogram's buckets.
                own.extend(names.filter(|name| kind != "histogram" || *name != "le").map(str::to_owned));
            }
        }
        found
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_table_is_what_a_server_exposes() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port();
        let backend = Backend::configured(
            |settings| {
                settings.allow_target.push(format!("postgres://127.0.0.1:{port}"));
                settings.set = ["cleanup.every=1s", "limits.total=1", "touch_every=0"].map(str::to_owned).to_vec();
            },
            |config| config.limits.sign_ins = 1,
        )
        .await;
        let (mut alice, mut bob) = (backend.browser(), backend.browser());
        for browser in [&mut alice, &mut bob] {
            assert_eq!(browser.connect(SQLITE).await.status, 200);
        }
        assert_eq!(bob.with_only("ticket").validate().await.json()["reconnected"], true);
        assert_eq!(alice.validate().await.code(), "SESSION_EVICTED");

        let text = format!("postgres://alice:pw@127.0.0.1:{port}/app");
        let mut first = backend.browser();
        let inside = tokio::spawn(async move { first.connect(&text).await });
        let held = tokio::task::spawn_blocking(move || silent.accept().unwrap()).await.unwrap();
        assert_eq!(alice.connect(SQLITE).await.code(), "OVERLOADED");
        drop(held);
        assert_eq!(inside.await.unwrap().code(), "TARGET_UNAVAILABLE");

        let log = Connection::open(backend.folder.path().join("revocations.db")).unwrap();
        log.execute_batch("ALTER TABLE ended_family RENAME TO gone").unwrap();
        assert_eq!(bob.post("/api/logout", json!({})).await.code(), "STORE_UNAVAILABLE");
        log.execute_batch("ALTER TABLE gone RENAME TO ended_family").unwrap();

        let mut wanted = documented();
        // Memory does not fail: shown where the counting is (store/timed.rs).
        assert!(wanted.remove("session_keepalive_store_errors_total").is_some());
        let deadline = Instant::now() + Duration::from_secs(20);
        let found = loop {
            let text = alice.get("/metrics").await.text;
            if text.contains("session_keepalive_sweeps_total") {
                break exposed(&text);
            }
            assert!(Instant::now() < deadline, "no sweep:\n{text}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert_eq!(found, wanted);
    }

    /// The names in the code are those of the table, so that none is missing for want of an occasion.
    #[test]
    fn the_code_has_no_other_names() {
        let mut names = BTreeSet::new();
        let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let source = fs::read_to_string(&path).unwrap();
                let constants =
                    source.lines().filter(|line| line.contains("const ") && line.contains("\"session_keepalive_"));
                names.extend(constants.map(|line| line.split('"').nth(1).unwrap().to_owned()));
            }
        }
        assert_eq!(names, documented().into_keys().collect());
    }
}
