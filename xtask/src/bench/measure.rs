//! One measurement of a server that runs: publish, wait until everything has arrived, and reckon.

use std::time::Duration;

use super::driver::{self, Load, Published};
use super::figures::Figures;
use super::manner::Manners;
use super::process;
use super::receiver::Receiver;
use super::reckoning::{self, Usage, lost};
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
    /// From before a call's first byte to each arrival, in nanoseconds, sorted.
    pub latencies_ns: Vec<u64>,
    /// What the first publish call that failed said.
    pub first_error: Option<String>,
}

/// Applications with their endpoints, at a server and at a receiver.
pub struct Scene {
    receiver: Receiver,
    applications: Vec<String>,
    good: usize,
    stopwatch: Stopwatch,
}

impl Scene {
    /// Makes the applications, each with endpoints of these manners.
    pub async fn set_up(target: &Target, applications: usize, manners: Manners) -> Result<Self, Failure> {
        let stopwatch = Stopwatch::start();
        let receiver = Receiver::start(applications, manners, stopwatch).await?;
        let urls = (0..applications).map(|number| receiver.urls(number)).collect();
        let applications = target.set_up(urls).await?;
        Ok(Self { receiver, applications, good: manners.good, stopwatch })
    }

    /// Measures the server. `pids` are its processes on this machine; empty if they are elsewhere.
    pub async fn measure(&self, target: &Target, pids: &[u32], load: Load) -> Result<Outcome, Failure> {
        let own = [std::process::id()];
        self.receiver.forget();
        let mut usage = Usage { idle: process::memory(pids)?, ..Usage::default() };
        let (server_before, driver_before) =
            (process::processor_seconds(pids)?, process::processor_seconds(&own)?);

        let published = driver::publish(target, &self.applications, load, self.stopwatch).await?;
        self.wait_for_arrivals(&published).await;

        usage.server_seconds = process::processor_seconds(pids)? - server_before;
        usage.driver_seconds = process::processor_seconds(&own)? - driver_before;
        usage.after = process::memory(pids)?;
        let latencies_ns = reckoning::latencies(&published, &self.receiver.arrivals());
        let mut figures = reckoning::reckon(&published, &self.receiver.arrivals(), &latencies_ns, self.good)?;
        reckoning::add_usage(&mut figures, &usage, !pids.is_empty());
        Ok(Outcome { figures, latencies_ns, first_error: published.first_error })
    }

    async fn wait_for_arrivals(&self, published: &Published) {
        let drain_ends = self.stopwatch.elapsed() + DRAIN_MAX;
        let expected = published.accepted.len() * self.good;
        let (mut last_count, mut last_change) = (0, self.stopwatch.elapsed());
        loop {
            let now = self.stopwatch.elapsed();
            let count = {
                let arrivals = self.receiver.arrivals();
                // A message whose publish call failed may arrive all the same, so the count alone proves nothing.
                if arrivals.first.len() >= expected && lost(published, &arrivals, self.good) == 0 {
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
}

#[cfg(test)]
mod tests {
    use super::super::fake::{self, Behaviour, GOOD};
    use super::*;

    fn load(messages_max: u64) -> Load {
        let duration = Duration::from_mins(1);
        Load { connections: 4, duration, messages_max, payload_bytes: 256, keyed: false, rate: None }
    }

    async fn measured(behaviour: Behaviour, pids: &[u32], load: Load, endpoints: usize) -> Outcome {
        let target = fake::start(behaviour).await;
        let scene = Scene::set_up(&target, 1, Manners::all_good(endpoints)).await.expect("the fake creates");
        scene.measure(&target, pids, load).await.expect("the run succeeds")
    }

    fn count(figures: &Figures, key: &str) -> String {
        figures.value(key).to_string()
    }

    #[tokio::test]
    async fn everything_that_was_accepted_arrives_at_every_endpoint() {
        let outcome = measured(GOOD, &[std::process::id()], load(200), 2).await;
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
        let behaviour = Behaviour { delivers: 2, refuses_every: Some(10) };
        let outcome = measured(behaviour, &[], load(50), 1).await;
        for (key, expected) in [("accepted", "45"), ("errors", "5"), ("duplicates", "45"), ("lost", "0")] {
            assert_eq!(count(&outcome.figures, key), expected, "{key}");
        }
        let error = outcome.first_error.expect("a call failed");
        assert!(error.contains("status 503") && error.contains("no room"), "{error}");
    }

    #[tokio::test]
    async fn a_fixed_rate_publishes_the_same_messages() {
        let outcome = measured(GOOD, &[], Load { rate: Some(1e6), keyed: true, ..load(50) }, 1).await;
        assert_eq!(count(&outcome.figures, "accepted"), "50");
        assert_eq!(count(&outcome.figures, "lost"), "0");
    }
}
