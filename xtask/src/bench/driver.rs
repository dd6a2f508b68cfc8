//! The publisher's side: keep-alive connections that post messages, as fast as they are answered or at a fixed rate.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::TcpStream;

use super::message::{MESSAGES_MAX, Requests};
use super::target::Target;
use super::wire::{Connection, WireError};
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;

/// How long one publish call may take before its connection is given up.
const PUBLISH_TIMEOUT: Duration = Duration::from_secs(10);
/// Pause before a connection that failed is made anew.
const RECONNECT_PAUSE: Duration = Duration::from_millis(50);
/// A call at a fixed rate counts as late if it starts this much after its time.
const LATE_NS: u64 = 10_000_000;

/// What to publish, and how fast.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub connections: usize,
    /// Publishing ends after this time, or after `messages_max`, whichever comes first.
    pub duration: Duration,
    pub messages_max: u64,
    pub payload_bytes: usize,
    /// Whether each call carries an idempotency key.
    pub keyed: bool,
    /// Messages per second over all connections; without it each connection posts as soon as it is answered.
    pub rate: Option<f64>,
}

/// A message that was answered with 2xx.
#[derive(Clone, Copy, Debug)]
pub struct Accepted {
    pub message: u64,
    /// Before the first byte was written, on the run's stopwatch.
    pub started_ns: u64,
    /// When the answer was complete.
    pub answered_ns: u64,
}

/// What became of the publish calls.
#[derive(Debug, Default)]
pub struct Published {
    pub accepted: Vec<Accepted>,
    /// Answers other than 2xx, by status.
    pub refused: BTreeMap<u16, u64>,
    /// Calls without an answer: broken or silent connections.
    pub broken: u64,
    /// Calls that could not start at their time (fixed rate only): the server, or this driver, is too slow for the rate.
    pub late: u64,
    /// What the first call that failed said.
    pub first_error: Option<String>,
}

impl Published {
    /// Calls that were not accepted.
    pub fn errors(&self) -> u64 {
        self.broken + self.refused.values().sum::<u64>()
    }

    fn merge(&mut self, other: Self) {
        self.accepted.extend(other.accepted);
        for (status, count) in other.refused {
            *self.refused.entry(status).or_default() += count;
        }
        self.broken += other.broken;
        self.late += other.late;
        self.first_error = self.first_error.take().or(other.first_error);
    }
}

/// Publishes the load to the applications in turn and returns when the last call is answered or given up.
pub async fn publish(
    target: &Target,
    applications: &[String],
    load: Load,
    stopwatch: Stopwatch,
) -> Result<Published, Failure> {
    let head = |application: &String| target.post_head(&format!("/app/{application}/msg/"));
    let heads: Vec<String> = applications.iter().map(head).collect();
    let requests = Requests::new(&heads, load.payload_bytes, load.keyed);
    let mut publishers = Vec::with_capacity(load.connections);
    let next = Arc::new(AtomicU64::new(0));
    // All connections stand before the first message, so that making them is not part of any latency.
    for _ in 0..load.connections {
        let connection = target.connect().await.map_err(Failure::while_doing("connect to the server"))?;
        publishers.push(Publisher {
            target: target.clone(),
            connection: Some(connection),
            requests: requests.clone(),
            next: Arc::clone(&next),
            load,
            stopwatch,
            begun_ns: 0,
            published: Published::default(),
        });
    }
    let begun_ns = stopwatch.elapsed_ns();
    let running: Vec<_> = publishers
        .into_iter()
        .map(|publisher| tokio::spawn(Publisher { begun_ns, ..publisher }.run()))
        .collect();
    let mut all = Published::default();
    for publisher in running {
        all.merge(publisher.await.map_err(Failure::while_doing("finish a publisher"))?);
    }
    Ok(all)
}

/// One connection and its tally.
struct Publisher {
    target: Target,
    connection: Option<Connection<TcpStream>>,
    requests: Requests,
    /// The next message's index, shared by all.
    next: Arc<AtomicU64>,
    load: Load,
    stopwatch: Stopwatch,
    begun_ns: u64,
    published: Published,
}

impl Publisher {
    async fn run(mut self) -> Published {
        let end_ns = self.begun_ns + nanoseconds(self.load.duration);
        while self.stopwatch.elapsed_ns() < end_ns {
            let message = self.next.fetch_add(1, Ordering::Relaxed);
            if message >= self.load.messages_max.min(MESSAGES_MAX)
                || !self.wait_for_turn(message, end_ns).await
            {
                break;
            }
            let started_ns = self.stopwatch.elapsed_ns();
            let call = tokio::time::timeout(PUBLISH_TIMEOUT, self.call(message)).await;
            match call {
                Ok(Ok(status)) if (200..300).contains(&status) => {
                    let answered_ns = self.stopwatch.elapsed_ns();
                    self.published.accepted.push(Accepted { message, started_ns, answered_ns });
                }
                Ok(Ok(status)) => *self.published.refused.entry(status).or_default() += 1,
                Ok(Err(error)) => self.broke(&error.to_string()).await,
                Err(_) => self.broke("no answer to a publish call within 10 s").await,
            }
        }
        self.published
    }

    /// At a fixed rate each message has its time, whatever became of those before. `false` if that is after the end.
    async fn wait_for_turn(&mut self, message: u64, end_ns: u64) -> bool {
        let Some(rate) = self.load.rate else { return true };
        let due_ns = self.begun_ns + due_after_ns(message, rate);
        if due_ns >= end_ns {
            return false;
        }
        tokio::time::sleep_until(self.stopwatch.instant_after(Duration::from_nanos(due_ns))).await;
        self.published.late += u64::from(self.stopwatch.elapsed_ns() > due_ns + LATE_NS);
        true
    }

    async fn call(&mut self, message: u64) -> Result<u16, WireError> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            missing => missing.insert(self.target.connect().await?),
        };
        connection.write(self.requests.numbered(message)).await?;
        if !connection.read_message().await? {
            return Err(WireError::Truncated);
        }
        let status = connection.status().ok_or(WireError::Unreadable("an answer without a status"))?;
        if !(200..300).contains(&status) && self.published.first_error.is_none() {
            let said = String::from_utf8_lossy(connection.body()).chars().take(300).collect::<String>();
            self.published.first_error = Some(format!("status {status}: {said}"));
        }
        Ok(status)
    }

    async fn broke(&mut self, why: &str) {
        self.published.broken += 1;
        self.published.first_error.get_or_insert_with(|| why.to_owned());
        self.connection = None;
        tokio::time::sleep(RECONNECT_PAUSE).await;
    }
}

/// When message `message` is due at `rate` messages per second, after the first.
fn due_after_ns(message: u64, rate: f64) -> u64 {
    #[expect(clippy::cast_precision_loss, reason = "message numbers stay below 2^52")]
    nanoseconds(Duration::from_secs_f64(message as f64 / rate))
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_due_at_even_distances() {
        assert_eq!(due_after_ns(0, 200.0), 0);
        assert_eq!(due_after_ns(1, 200.0), 5_000_000);
        assert_eq!(due_after_ns(200, 200.0), 1_000_000_000);
        assert_eq!(due_after_ns(1, 0.5), 2_000_000_000);
    }

    #[test]
    fn tallies_of_connections_add_up_and_the_first_error_stays() {
        let one = |error: &str| Published {
            refused: BTreeMap::from([(503, 2)]),
            broken: 1,
            first_error: Some(error.to_owned()),
            ..Published::default()
        };
        let mut all = Published::default();
        all.merge(one("first"));
        all.merge(one("second"));
        assert_eq!(all.errors(), 6);
        assert_eq!(all.first_error.as_deref(), Some("first"));
    }
}
