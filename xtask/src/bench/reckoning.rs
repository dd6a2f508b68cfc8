//! From what happened to figures.

use std::collections::HashMap;

use super::arrivals::Arrivals;
use super::driver::Published;
use super::figures::{Figures, percentile};
use super::measure::Outcome;
use super::process::Memory;
use crate::failure::Failure;

/// Percentiles of the latencies that are shown.
const LATENCIES: [(&str, &str, usize); 3] = [
    ("latency_p50_ms", "publish call -> arrival, p50, ms", 50),
    ("latency_p99_ms", "publish call -> arrival, p99, ms", 99),
    ("latency_max_ms", "publish call -> arrival, max, ms", 100),
];
/// Figures that are counts.
const COUNTS: [&str; 7] = ["accepted", "delivered", "duplicates", "lost", "errors", "foreign", "late"];

/// The processes whose time and memory are read, at three moments.
#[derive(Default)]
pub struct Usage {
    pub idle: Memory,
    pub after: Memory,
    pub server_seconds: f64,
    pub driver_seconds: f64,
}

/// Deliveries of accepted messages that have not arrived at the good endpoints.
pub fn lost(published: &Published, arrivals: &Arrivals, good: usize) -> usize {
    published.accepted.iter().map(|accepted| good - arrivals.endpoints_with(accepted.message)).sum()
}

/// Figures of speed and of correctness; `good` is the number of good endpoints of each application, `latencies` what
/// [`latencies`] gives.
#[expect(clippy::cast_precision_loss, reason = "counts and nanoseconds of a run stay below 2^52")]
pub fn reckon(
    published: &Published,
    arrivals: &Arrivals,
    latencies: &[u64],
    good: usize,
) -> Result<Figures, Failure> {
    let accepted = &published.accepted;
    let Some(first_ns) = accepted.iter().map(|one| one.started_ns).min() else {
        let why = published.first_error.as_deref().unwrap_or("no call was made; give it more seconds");
        return Err(Failure::new(format!("no message was accepted: {why}")));
    };
    let last_answer_ns = accepted.iter().map(|one| one.answered_ns).max().unwrap_or(first_ns);
    let last_arrival_ns = arrivals.first.iter().map(|arrival| arrival.at_ns).max().unwrap_or(first_ns);
    let per_second =
        |count: usize, until_ns: u64| count as f64 / seconds(until_ns.saturating_sub(first_ns)).max(1e-9);

    let mut answers: Vec<u64> = accepted.iter().map(|one| one.answered_ns - one.started_ns).collect();
    answers.sort_unstable();
    let ms = |sorted: &[u64], percent| percentile(sorted, percent) as f64 / 1e6;

    let mut figures = Figures::default();
    figures.add("accepted_per_s", "accepted/s", per_second(accepted.len(), last_answer_ns), 1);
    figures.add("delivered_per_s", "delivered/s", per_second(latencies.len(), last_arrival_ns), 1);
    for (key, label, percent) in LATENCIES {
        figures.add(key, label, ms(latencies, percent), 2);
    }
    figures.add("answer_p50_ms", "publish call -> answer, p50, ms", ms(&answers, 50), 2);
    figures.add("answer_p99_ms", "publish call -> answer, p99, ms", ms(&answers, 99), 2);
    figures.add("accepted", "accepted messages", accepted.len() as f64, 0);
    figures.add("delivered", "delivered (first arrivals)", latencies.len() as f64, 0);
    figures.add("duplicates", "duplicates", arrivals.duplicates as f64, 0);
    figures.add("lost", "lost (accepted, not arrived)", lost(published, arrivals, good) as f64, 0);
    figures.add("errors", "errors (publish calls not accepted)", published.errors() as f64, 0);
    figures.add("foreign", "requests that are no delivery of this run", arrivals.foreign as f64, 0);
    figures.add("late", "calls started late (fixed rate)", published.late as f64, 0);
    let busy_s = seconds(last_arrival_ns.saturating_sub(first_ns));
    figures.add("busy_s", "first call to last arrival, s", busy_s, 2);
    Ok(figures)
}

/// Figures of several measurements of the same program as of one: counts are added up, percentiles are those of all
/// latencies together, memory is idle before the first and has one peak, and of everything else the median is taken.
#[expect(clippy::cast_precision_loss, reason = "nanoseconds of a run stay below 2^52")]
pub fn join(slices: &[Outcome]) -> Figures {
    let all: Vec<Figures> = slices.iter().map(|slice| slice.figures.clone()).collect();
    let mut latencies: Vec<u64> =
        slices.iter().flat_map(|slice| slice.latencies_ns.iter().copied()).collect();
    latencies.sort_unstable();
    let mut joined = Figures::medians(&all);
    for figure in &mut joined.0 {
        let mut values = all.iter().map(|slice| slice.value(figure.key));
        if COUNTS.contains(&figure.key) {
            figure.value = values.sum();
        } else if figure.key == "memory_idle_mib" {
            figure.value = values.next().unwrap_or(0.0);
        } else if figure.key == "memory_peak_mib" {
            figure.value = values.fold(0.0, f64::max);
        } else if let Some((_, _, percent)) = LATENCIES.iter().find(|(key, ..)| *key == figure.key) {
            figure.value = percentile(&latencies, *percent) as f64 / 1e6;
        }
    }
    joined
}

/// From before a call's first byte to each arrival, in nanoseconds, sorted.
pub fn latencies(published: &Published, arrivals: &Arrivals) -> Vec<u64> {
    let started: HashMap<u64, u64> =
        published.accepted.iter().map(|one| (one.message, one.started_ns)).collect();
    let mut latencies: Vec<u64> = arrivals
        .first
        .iter()
        .filter_map(|arrival| Some(arrival.at_ns.saturating_sub(*started.get(&arrival.message)?)))
        .collect();
    latencies.sort_unstable();
    latencies
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of a run stay below 2^52")]
fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

/// Adds what the processes used.
#[expect(clippy::cast_precision_loss, reason = "KiB of memory stay below 2^52")]
pub fn add_usage(figures: &mut Figures, usage: &Usage, server_is_known: bool) {
    let mib = |kib: u64| kib as f64 / 1024.0;
    let busy_s = figures.value("busy_s").max(1e-9);
    if server_is_known {
        let deliveries = figures.value("delivered").max(1.0);
        let us = usage.server_seconds * 1e6 / deliveries;
        figures.add("processor_us_per_delivery", "server processor us/delivery", us, 1);
        figures.add("server_cores", "server processor, cores", usage.server_seconds / busy_s, 2);
        figures.add("memory_idle_mib", "server memory idle, MiB", mib(usage.idle.resident_kib), 1);
        figures.add("memory_peak_mib", "server memory peak, MiB", mib(usage.after.peak_kib), 1);
        figures.add("memory_after_mib", "server memory after, MiB", mib(usage.after.resident_kib), 1);
    }
    figures.add("driver_cores", "driver and receiver processor, cores", usage.driver_seconds / busy_s, 2);
}

#[cfg(test)]
mod tests {
    use super::super::driver::Accepted;
    use super::*;

    #[test]
    fn what_was_accepted_and_did_not_arrive_is_lost_at_each_endpoint() {
        let accepted = vec![Accepted { message: 3, started_ns: 1_000, answered_ns: 3_000 }];
        let published = Published { accepted, ..Published::default() };
        let figures = reckon(&published, &Arrivals::new(2), &[], 2).expect("a message was accepted");
        for (key, expected) in [("lost", "2"), ("delivered", "0"), ("answer_p50_ms", "0.002")] {
            assert_eq!(figures.value(key).to_string(), expected, "{key}");
        }
    }

    #[test]
    fn slices_are_joined_as_if_they_were_one_measurement() {
        let slice = |lost: f64, per_s: f64, latencies_ns: Vec<u64>| {
            let mut figures = Figures::default();
            figures.add("delivered_per_s", "delivered/s", per_s, 1);
            figures.add("latency_p99_ms", "p99", 0.0, 2);
            figures.add("lost", "lost", lost, 0);
            Outcome { figures, latencies_ns, first_error: None }
        };
        let slow = (1..=2).map(|ms| ms * 10_000_000).collect();
        let joined = join(&[slice(1.0, 200.0, vec![1_000_000; 98]), slice(2.0, 202.0, slow)]);
        for (key, expected) in [("delivered_per_s", "201"), ("latency_p99_ms", "10"), ("lost", "3")] {
            assert_eq!(joined.value(key).to_string(), expected, "{key}");
        }
    }
}
