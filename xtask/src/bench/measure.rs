//! One measurement: set up, publish, wait until everything has arrived, and reckon.

use std::collections::HashMap;
use std::time::Duration;

use super::driver::{self, Load, Published};
use super::figures::{Figures, percentile};
use super::process::{self, Memory};
use super::receiver::{Arrivals, Receiver};
use super::target::Target;
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;

/// After publishing, the wait for arrivals ends when none has come for this long. Above the second step of the default
/// retry schedule (5 s with its jitter), so that one failed attempt does not count as a loss.
const QUIET_MAX: Duration = Duration::from_secs(15);
/// The wait ends after this in any case.
const DRAIN_MAX: Duration = Duration::from_mins(5);
/// How often the arrivals are counted while waiting.
const DRAIN_POLL: Duration = Duration::from_millis(5);

/// What a run found.
pub struct Outcome {
    pub figures: Figures,
    /// What the first publish call that failed said.
    pub first_error: Option<String>,
}

/// The processes whose time and memory are read, at three moments.
#[derive(Default)]
struct Usage {
    idle: Memory,
    after: Memory,
    server_seconds: f64,
    driver_seconds: f64,
}

/// Measures a running server. `pids` are its processes on this machine; empty if they are elsewhere.
pub async fn measure(
    target: &Target,
    pids: &[u32],
    load: Load,
    endpoints: usize,
) -> Result<Outcome, Failure> {
    let own = [std::process::id()];
    let stopwatch = Stopwatch::start();
    let receiver = Receiver::start(endpoints, stopwatch).await?;
    let application = target.set_up(&receiver.urls()).await?;
    let mut usage = Usage { idle: process::memory(pids)?, ..Usage::default() };
    let (server_before, driver_before) =
        (process::processor_seconds(pids)?, process::processor_seconds(&own)?);

    let published = driver::publish(target, &application, load, stopwatch).await?;
    wait_for_arrivals(&receiver, &published, endpoints, stopwatch).await;

    usage.server_seconds = process::processor_seconds(pids)? - server_before;
    usage.driver_seconds = process::processor_seconds(&own)? - driver_before;
    usage.after = process::memory(pids)?;
    let mut figures = reckon(&published, &receiver.arrivals(), endpoints)?;
    add_usage(&mut figures, &usage, !pids.is_empty());
    Ok(Outcome { figures, first_error: published.first_error })
}

async fn wait_for_arrivals(
    receiver: &Receiver,
    published: &Published,
    endpoints: usize,
    stopwatch: Stopwatch,
) {
    let drain_ends = stopwatch.elapsed() + DRAIN_MAX;
    let expected = published.accepted.len() * endpoints;
    let (mut last_count, mut last_change) = (0, stopwatch.elapsed());
    loop {
        let now = stopwatch.elapsed();
        let count = {
            let arrivals = receiver.arrivals();
            // A message whose publish call failed may arrive all the same, so the count alone proves nothing.
            if arrivals.first.len() >= expected && lost(published, &arrivals, endpoints) == 0 {
                return;
            }
            arrivals.first.len()
        };
        if count != last_count {
            (last_count, last_change) = (count, now);
        }
        if now >= drain_ends || now.saturating_sub(last_change) >= QUIET_MAX {
            return;
        }
        tokio::time::sleep(DRAIN_POLL).await;
    }
}

/// Deliveries of accepted messages that have not arrived.
fn lost(published: &Published, arrivals: &Arrivals, endpoints: usize) -> usize {
    published.accepted.iter().map(|accepted| endpoints - arrivals.endpoints_with(accepted.message)).sum()
}

#[expect(clippy::cast_precision_loss, reason = "counts and nanoseconds of a run stay below 2^52")]
fn reckon(published: &Published, arrivals: &Arrivals, endpoints: usize) -> Result<Figures, Failure> {
    let accepted = &published.accepted;
    let Some(first_ns) = accepted.iter().map(|one| one.started_ns).min() else {
        let why = published.first_error.as_deref().unwrap_or("no call was made; give it more seconds");
        return Err(Failure::new(format!("no message was accepted: {why}")));
    };
    let last_answer_ns = accepted.iter().map(|one| one.answered_ns).max().unwrap_or(first_ns);
    let last_arrival_ns = arrivals.first.iter().map(|arrival| arrival.at_ns).max().unwrap_or(first_ns);
    let per_second =
        |count: usize, until_ns: u64| count as f64 / seconds(until_ns.saturating_sub(first_ns)).max(1e-9);

    let started: HashMap<u64, u64> = accepted.iter().map(|one| (one.message, one.started_ns)).collect();
    let mut latencies: Vec<u64> = arrivals
        .first
        .iter()
        .filter_map(|arrival| Some(arrival.at_ns.saturating_sub(*started.get(&arrival.message)?)))
        .collect();
    latencies.sort_unstable();
    let mut answers: Vec<u64> = accepted.iter().map(|one| one.answered_ns - one.started_ns).collect();
    answers.sort_unstable();
    let ms = |sorted: &[u64], percent| percentile(sorted, percent) as f64 / 1e6;

    let mut figures = Figures::default();
    figures.add("accepted_per_s", "accepted/s", per_second(accepted.len(), last_answer_ns), 1);
    figures.add("delivered_per_s", "delivered/s", per_second(latencies.len(), last_arrival_ns), 1);
    figures.add("latency_p50_ms", "publish call -> arrival, p50, ms", ms(&latencies, 50), 2);
    figures.add("latency_p99_ms", "publish call -> arrival, p99, ms", ms(&latencies, 99), 2);
    figures.add("latency_max_ms", "publish call -> arrival, max, ms", ms(&latencies, 100), 2);
    figures.add("answer_p50_ms", "publish call -> answer, p50, ms", ms(&answers, 50), 2);
    figures.add("answer_p99_ms", "publish call -> answer, p99, ms", ms(&answers, 99), 2);
    figures.add("accepted", "accepted messages", accepted.len() as f64, 0);
    figures.add("delivered", "delivered (first arrivals)", latencies.len() as f64, 0);
    figures.add("duplicates", "duplicates", arrivals.duplicates as f64, 0);
    figures.add("lost", "lost (accepted, not arrived)", lost(published, arrivals, endpoints) as f64, 0);
    figures.add("errors", "errors (publish calls not accepted)", published.errors() as f64, 0);
    figures.add("foreign", "requests that are no delivery of this run", arrivals.foreign as f64, 0);
    figures.add("late", "calls started late (fixed rate)", published.late as f64, 0);
    figures.add(
        "busy_s",
        "first call to last arrival, s",
        seconds(last_arrival_ns.saturating_sub(first_ns)),
        2,
    );
    Ok(figures)
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of a run stay below 2^52")]
fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

#[expect(clippy::cast_precision_loss, reason = "KiB of memory stay below 2^52")]
fn add_usage(figures: &mut Figures, usage: &Usage, server_is_known: bool) {
    let mib = |kib: u64| kib as f64 / 1024.0;
    if server_is_known {
        let deliveries = figures.value("delivered").max(1.0);
        let busy_s = figures.value("busy_s").max(1e-9);
        figures.add(
            "processor_us_per_delivery",
            "server processor us/delivery",
            usage.server_seconds * 1e6 / deliveries,
            1,
        );
        figures.add("server_cores", "server processor, cores", usage.server_seconds / busy_s, 2);
        figures.add("memory_idle_mib", "server memory idle, MiB", mib(usage.idle.resident_kib), 1);
        figures.add("memory_peak_mib", "server memory peak, MiB", mib(usage.after.peak_kib), 1);
        figures.add("memory_after_mib", "server memory after, MiB", mib(usage.after.resident_kib), 1);
    }
    let busy_s = figures.value("busy_s").max(1e-9);
    figures.add("driver_cores", "driver and receiver processor, cores", usage.driver_seconds / busy_s, 2);
}

#[cfg(test)]
mod tests {
    use super::super::driver::Accepted;
    use super::super::fake::{self, Behaviour, GOOD};
    use super::*;

    fn load(messages_max: u64) -> Load {
        let duration = Duration::from_mins(1);
        Load { connections: 4, duration, messages_max, payload_bytes: 256, rate: None }
    }

    fn count(figures: &Figures, key: &str) -> String {
        figures.value(key).to_string()
    }

    #[tokio::test]
    async fn everything_that_was_accepted_arrives_at_every_endpoint() {
        let target = fake::start(GOOD).await;
        let outcome = measure(&target, &[std::process::id()], load(200), 2).await.expect("the run succeeds");
        assert_eq!(count(&outcome.figures, "accepted"), "200");
        assert_eq!(count(&outcome.figures, "delivered"), "400");
        for key in ["duplicates", "lost", "errors", "foreign"] {
            assert_eq!(count(&outcome.figures, key), "0", "{key}");
        }
        assert!(outcome.figures.value("latency_p50_ms") > 0.0);
        assert!(outcome.figures.value("memory_idle_mib") > 0.0);
        assert_eq!(outcome.first_error, None);
    }

    #[tokio::test]
    async fn a_second_delivery_is_a_duplicate_and_a_refusal_is_an_error() {
        let target = fake::start(Behaviour { delivers: 2, refuses_every: Some(10) }).await;
        let outcome = measure(&target, &[], load(50), 1).await.expect("the run succeeds");
        for (key, expected) in [("accepted", "45"), ("errors", "5"), ("duplicates", "45"), ("lost", "0")] {
            assert_eq!(count(&outcome.figures, key), expected, "{key}");
        }
        assert!(
            outcome
                .first_error
                .is_some_and(|error| error.contains("status 503") && error.contains("no room"))
        );
    }

    #[tokio::test]
    async fn a_fixed_rate_publishes_the_same_messages() {
        let target = fake::start(GOOD).await;
        let outcome =
            measure(&target, &[], Load { rate: Some(1e6), ..load(50) }, 1).await.expect("the run succeeds");
        assert_eq!(count(&outcome.figures, "accepted"), "50");
        assert_eq!(count(&outcome.figures, "lost"), "0");
    }

    #[test]
    fn what_was_accepted_and_did_not_arrive_is_lost_at_each_endpoint() {
        let accepted = vec![Accepted { message: 3, started_ns: 1_000, answered_ns: 3_000 }];
        let published = Published { accepted, ..Published::default() };
        let figures = reckon(&published, &Arrivals::default(), 2).expect("a message was accepted");
        assert_eq!(count(&figures, "lost"), "2");
        assert_eq!(count(&figures, "delivered"), "0");
        assert_eq!(count(&figures, "answer_p50_ms"), "0.002");
    }
}
