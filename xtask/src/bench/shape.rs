//! What one measurement looks like: the load, the endpoints, and what lies in the store before it begins.

use std::time::Duration;

use serde_json::{Value, json};

use super::driver::Load;
use super::manner::Manners;
use super::message::MESSAGES_MAX;
use crate::failure::Failure;

/// What to measure.
#[derive(clap::Args, Clone, Debug)]
pub struct Shape {
    /// How long to publish; waiting for the last arrivals comes on top
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub seconds: u64,
    /// Stop publishing after this many messages, if the seconds have not passed before
    #[arg(long, default_value_t = MESSAGES_MAX, value_name = "N", hide_default_value = true)]
    pub messages: u64,
    /// Connections that publish at the same time
    #[arg(long, default_value_t = 64, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub connections: u64,
    /// Applications that messages go to in turn
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub applications: u64,
    /// Endpoints of each application; each wants every message of it
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub endpoints: u64,
    /// So many of them answer after a second; they are in no figure
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(..=1_000))]
    pub slow: u64,
    /// So many of them never answer
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(..=1_000))]
    pub hanging: u64,
    /// So many of them answer 500
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(..=1_000))]
    pub failing: u64,
    /// So many of them refuse connections
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(..=1_000))]
    pub refusing: u64,
    /// Size of each payload
    #[arg(long, default_value_t = 1_024, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(..=1_048_576))]
    pub payload_bytes: u64,
    /// Give each call an idempotency key
    #[arg(long)]
    pub idempotency_keys: bool,
    /// Publish at this rate instead of as fast as the answers come
    #[arg(long, value_name = "MSG_PER_S", value_parser = rate)]
    pub rate: Option<f64>,
    /// Deliveries that wait for a dead endpoint of another application at the start
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(..=10_000_000))]
    pub backlog: u64,
    /// Attempts in the store at the start
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(..=100_000_000))]
    pub attempts_in_store: u64,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            seconds: 10,
            messages: MESSAGES_MAX,
            connections: 64,
            applications: 1,
            endpoints: 1,
            slow: 0,
            hanging: 0,
            failing: 0,
            refusing: 0,
            payload_bytes: 1_024,
            idempotency_keys: false,
            rate: None,
            backlog: 0,
            attempts_in_store: 0,
        }
    }
}

impl Shape {
    /// What the driver does.
    pub fn load(&self) -> Result<Load, Failure> {
        Ok(Load {
            connections: count(self.connections)?,
            duration: Duration::from_secs(self.seconds),
            messages_max: self.messages,
            payload_bytes: count(self.payload_bytes)?,
            keyed: self.idempotency_keys,
            rate: self.rate,
        })
    }

    /// How many applications there are, and how the endpoints of each behave.
    pub fn cast(&self) -> Result<(usize, Manners), Failure> {
        let bad = self.slow + self.hanging + self.failing + self.refusing;
        let Some(good) = self.endpoints.checked_sub(bad).filter(|good| *good > 0) else {
            return Err(Failure::new(format!(
                "{bad} of {} endpoints misbehave; at least one must be good, or nothing can be measured",
                self.endpoints
            )));
        };
        let manners = Manners {
            good: count(good)?,
            slow: count(self.slow)?,
            hanging: count(self.hanging)?,
            failing: count(self.failing)?,
            refusing: count(self.refusing)?,
        };
        Ok((count(self.applications)?, manners))
    }

    /// Whether something must be put into the store before the measurement.
    pub fn needs_seed(&self) -> bool {
        self.backlog > 0 || self.attempts_in_store > 0
    }

    /// Whether the least code can do the same: it knows neither failures nor a past.
    pub fn has_reference(&self) -> bool {
        let bad = self.slow + self.hanging + self.failing + self.refusing;
        bad == 0 && !self.needs_seed() && !self.idempotency_keys
    }

    /// For the reader of the figures.
    pub fn json(&self) -> Value {
        json!({
            "seconds": self.seconds,
            "messages_max": self.messages,
            "connections": self.connections,
            "applications": self.applications,
            "endpoints": self.endpoints,
            "slow": self.slow,
            "hanging": self.hanging,
            "failing": self.failing,
            "refusing": self.refusing,
            "payload_bytes": self.payload_bytes,
            "idempotency_keys": self.idempotency_keys,
            "rate_per_s": self.rate,
            "backlog": self.backlog,
            "attempts_in_store": self.attempts_in_store,
        })
    }
}

fn count(number: u64) -> Result<usize, Failure> {
    usize::try_from(number).map_err(Failure::while_doing(format!("use the number {number} on this machine")))
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    if rate.is_finite() && rate > 0.0 { Ok(rate) } else { Err("it must be above 0".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_positive_number() {
        assert_eq!(rate("0.5").map(|rate| rate.to_string()).as_deref(), Ok("0.5"));
        for text in ["0", "-1", "inf", "NaN", "x"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn one_endpoint_at_least_must_be_good() {
        let shape = Shape { endpoints: 20, hanging: 10, ..Shape::default() };
        assert_eq!(shape.cast().expect("ten are good").1.good, 10);
        assert!(Shape { endpoints: 2, hanging: 1, refusing: 1, ..Shape::default() }.cast().is_err());
        assert!(Shape { hanging: 2, ..Shape::default() }.cast().is_err());
        assert!(!shape.has_reference() && Shape::default().has_reference());
    }
}
