//! What a caller is told while the store is out of reach, and afterwards.

use std::time::{Duration, Instant};

use serde_json::json;

use super::http::{Answer, Browser};

/// What a person waits at most: the store's own limit, and room for a busy machine.
const IN_GOOD_TIME: Duration = Duration::from_secs(8);
const HEALS_WITHIN: Duration = Duration::from_secs(20);

/// In good time, that nobody can say, and when to ask again; never that the session is over.
pub(crate) fn assert_told_to_come_later(trouble: &str, took: Duration, answer: &Answer) {
    assert_in_good_time(trouble, took, answer);
    assert_eq!((answer.status, answer.code().as_str()), (503, "STORE_UNAVAILABLE"), "{trouble}: {answer:?}");
    let wait: u32 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{trouble}: {answer:?}");
    assert!(answer.set_cookies().is_empty(), "{trouble}: {answer:?}");
}

pub(crate) fn assert_in_good_time(trouble: &str, took: Duration, answer: &Answer) {
    assert!(took < IN_GOOD_TIME, "{trouble}: {took:?} {answer:?}");
}

/// Asks until the session goes on, as it was.
pub(crate) async fn healed(trouble: &str, browser: &mut Browser) {
    let deadline = Instant::now() + HEALS_WITHIN;
    loop {
        let answer = browser.validate().await;
        if answer.status == 200 {
            let expected = (&json!(1), &json!(false));
            assert_eq!((&answer.json()["epoch"], &answer.json()["reconnected"]), expected, "{trouble}");
            return;
        }
        assert_eq!(answer.status, 503, "{trouble}: {answer:?}");
        assert!(Instant::now() < deadline, "{trouble}: not healed within {HEALS_WITHIN:?}: {answer:?}");
    }
}
