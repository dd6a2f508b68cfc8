//! Metrics for Prometheus. Their names are constants of the crates that count; labels are never unbounded.

use std::collections::BTreeMap;
use std::sync::Mutex;

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::failure::Failure;

/// Bounds of the buckets of durations, in seconds: from a receiver on loopback to the longest time-out.
const SECONDS: [f64; 14] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0];
/// Bounds of the buckets of batch sizes.
const BATCHES: [f64; 11] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];

/// Makes this process count, and gives what renders the figures.
pub fn start() -> Result<PrometheusHandle, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::new(format!("metrics cannot be started: {error}"));
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_jobs".to_owned()), &BATCHES))
        .map_err(|error| wrong(&error))?
        .install_recorder()
        .map_err(|error| wrong(&error))?;
    describe();
    // Shown from the start: a figure that is missing until something happens cannot be told from one that is broken.
    for (name, _) in described().into_iter().filter(|(_, metric)| metric.kind == "histogram") {
        let _registered = metrics::histogram!(name);
    }
    Ok(handle)
}

/// Describes every metric, whichever crate counts it.
fn describe() {
    klingel_engine::measure::describe();
    klingel_outbound::describe_metrics();
    klingel_store_sqlite::describe_metrics();
}

/// What is known of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// What it counts.
    pub about: String,
}

/// Name to description of every metric.
pub fn described() -> BTreeMap<String, Described> {
    let list = List::default();
    metrics::with_local_recorder(&list, describe);
    list.0.into_inner().expect("nothing panics under this lock")
}

/// A recorder that only listens to descriptions.
#[derive(Debug, Default)]
struct List(Mutex<BTreeMap<String, Described>>);

impl List {
    fn add(&self, key: &KeyName, kind: &'static str, about: SharedString) {
        let mut list = self.0.lock().expect("nothing panics under this lock");
        list.insert(key.as_str().to_owned(), Described { kind, about: about.into_owned() });
    }
}

impl Recorder for List {
    fn describe_counter(&self, key: KeyName, _: Option<Unit>, about: SharedString) {
        self.add(&key, "counter", about);
    }

    fn describe_gauge(&self, key: KeyName, _: Option<Unit>, about: SharedString) {
        self.add(&key, "gauge", about);
    }

    fn describe_histogram(&self, key: KeyName, _: Option<Unit>, about: SharedString) {
        self.add(&key, "histogram", about);
    }

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}
