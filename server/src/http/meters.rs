//! The metrics of requests, whose handles are looked up once and kept: to find one by its labels costs more than the
//! rest of a small answer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use metrics::{Counter, Histogram, counter, histogram};
use parking_lot::RwLock;

use crate::telemetry::names;

/// By route. Grows with the routes there are, which no request can add to.
#[derive(Default)]
pub(crate) struct Meters(RwLock<HashMap<Box<str>, Arc<Route>>>);

struct Route {
    seconds: Histogram,
    /// By method and status: a handful.
    answers: RwLock<Vec<(Answer, Counter)>>,
}

type Answer = (&'static str, u16);

impl Meters {
    /// One request has been answered.
    pub(crate) fn answered(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        let meters = self.of(route);
        meters.seconds.record(took.as_secs_f64());
        meters.count(route, (method, status));
    }

    fn of(&self, route: &str) -> Arc<Route> {
        if let Some(known) = self.0.read().get(route) {
            return Arc::clone(known);
        }
        let seconds = histogram!(names::HTTP_SECONDS, "route" => route.to_owned());
        let new = Arc::new(Route { seconds, answers: RwLock::default() });
        Arc::clone(self.0.write().entry(route.into()).or_insert(new))
    }
}

impl Route {
    fn count(&self, route: &str, answer: Answer) {
        if let Some((_, counter)) = self.answers.read().iter().find(|(known, _)| *known == answer) {
            return counter.increment(1);
        }
        let (method, status) = answer;
        let counter = counter!(
            names::HTTP_REQUESTS, "method" => method, "route" => route.to_owned(), "status" => status.to_string()
        );
        counter.increment(1);
        // Whoever was here at the same time kept the same counter: twice is as good as once.
        self.answers.write().push((answer, counter));
    }
}

#[cfg(test)]
mod tests {
    use metrics_util::debugging::{DebugValue, DebuggingRecorder};

    use super::*;

    #[test]
    fn each_answer_is_counted_under_its_own_labels() {
        let recorder = DebuggingRecorder::new();
        let snapshotter = recorder.snapshotter();
        metrics::with_local_recorder(&recorder, || {
            let meters = Meters::default();
            for (route, method, status) in
                [("/a", "GET", 200), ("/a", "GET", 200), ("/a", "GET", 404), ("/a", "POST", 200), ("/b", "GET", 200)]
            {
                meters.answered(route, method, status, Duration::from_millis(2));
            }
        });
        let mut seen: Vec<(String, u64)> = snapshotter
            .snapshot()
            .into_vec()
            .into_iter()
            .map(|(key, _, _, value)| {
                let labels: Vec<_> = key.key().labels().map(|label| label.value().to_owned()).collect();
                let count = match value {
                    DebugValue::Counter(count) => count,
                    DebugValue::Histogram(samples) => samples.len() as u64,
                    DebugValue::Gauge(_) => panic!("{key:?}"),
                };
                (labels.join(" "), count)
            })
            .collect();
        seen.sort();
        let wanted =
            [("/a", 4), ("/b", 1), ("GET /a 200", 2), ("GET /a 404", 1), ("GET /b 200", 1), ("POST /a 200", 1)];
        assert_eq!(seen, wanted.map(|(labels, count)| (labels.to_owned(), count)));
    }
}
