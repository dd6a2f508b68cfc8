//! What is counted. Never a label per endpoint, application or URL: their number is not bounded.

use std::time::Duration;

use klingel_model::{ErrorClass, Micros};
use metrics::{Counter, Gauge, Histogram};

/// Messages taken in.
pub const ACCEPTED: &str = "klingel_messages_accepted_total";
/// Deliveries owed because of them.
pub const OWED: &str = "klingel_deliveries_owed_total";
/// Deliveries taken by their receivers.
pub const DELIVERED: &str = "klingel_deliveries_delivered_total";
/// Deliveries given up.
pub const GIVEN_UP: &str = "klingel_deliveries_given_up_total";
/// Failed attempts, by class.
pub const FAILED: &str = "klingel_attempts_failed_total";
/// Endpoints switched off by Klingel.
pub const DISABLED: &str = "klingel_endpoints_disabled_total";
/// Duration of attempts.
pub const ATTEMPT_SECONDS: &str = "klingel_attempt_seconds";
/// From acceptance to the end of a successful first attempt.
pub const DELIVERY_SECONDS: &str = "klingel_first_delivery_seconds";
/// Requests under way.
pub const IN_FLIGHT: &str = "klingel_attempts_in_flight";
/// Payload bytes in memory.
pub const HELD_BYTES: &str = "klingel_waiting_payload_bytes";
/// Deliveries without an attempt.
pub const DEPTH_FIRST: &str = "klingel_queue_first_attempts";
/// Deliveries that wait for a retry.
pub const DEPTH_RETRIES: &str = "klingel_queue_retries";
/// How long the earliest due delivery has been due.
pub const OLDEST_DUE: &str = "klingel_queue_oldest_due_seconds";
/// Removed by retention.
pub const RETIRED: &str = "klingel_messages_retired_total";

/// Describes every metric of this crate to the recorder, and shows every class from the start.
pub fn describe() {
    use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram};
    describe_counter!(ACCEPTED, "Messages accepted and made durable.");
    describe_counter!(
        OWED,
        "Deliveries owed for accepted messages, one per endpoint that wants the message."
    );
    describe_counter!(DELIVERED, "Deliveries that a receiver answered with success.");
    describe_counter!(GIVEN_UP, "Deliveries that are not tried again.");
    describe_counter!(FAILED, "Failed attempts by error class.");
    describe_counter!(DISABLED, "Endpoints switched off by Klingel (410, or only failures for too long).");
    describe_counter!(RETIRED, "Messages removed because their retention ended.");
    describe_histogram!(
        ATTEMPT_SECONDS,
        Unit::Seconds,
        "Duration of an attempt, the answer's body included."
    );
    describe_histogram!(
        DELIVERY_SECONDS,
        Unit::Seconds,
        "From acceptance to a successful first attempt's end."
    );
    describe_gauge!(IN_FLIGHT, "Requests under way.");
    describe_gauge!(HELD_BYTES, Unit::Bytes, "Payload bytes of deliveries held in memory.");
    describe_gauge!(DEPTH_FIRST, "Deliveries without an attempt.");
    describe_gauge!(DEPTH_RETRIES, "Deliveries waiting for a retry or asked for by hand.");
    describe_gauge!(
        OLDEST_DUE,
        Unit::Seconds,
        "How long the earliest due delivery has been due; 0 if none is."
    );
    for name in [ACCEPTED, OWED, DELIVERED, GIVEN_UP, DISABLED, RETIRED] {
        counter!(name).absolute(0);
    }
    for class in ErrorClass::ALL {
        counter!(FAILED, "class" => class.as_str()).absolute(0);
    }
}

/// Handles of what is counted for every message, delivery or turn: to find them by name each time would be a thirtieth
/// of a delivery. They belong to the recorder that is installed when the engine starts.
pub(crate) struct Meters {
    accepted: Counter,
    owed: Counter,
    delivered: Counter,
    attempt_seconds: Histogram,
    delivery_seconds: Histogram,
    in_flight: Gauge,
    held_bytes: Gauge,
}

impl Meters {
    pub(crate) fn new() -> Self {
        Self {
            accepted: metrics::counter!(ACCEPTED),
            owed: metrics::counter!(OWED),
            delivered: metrics::counter!(DELIVERED),
            attempt_seconds: metrics::histogram!(ATTEMPT_SECONDS),
            delivery_seconds: metrics::histogram!(DELIVERY_SECONDS),
            in_flight: metrics::gauge!(IN_FLIGHT),
            held_bytes: metrics::gauge!(HELD_BYTES),
        }
    }

    pub(crate) fn accepted(&self, deliveries: usize) {
        self.accepted.increment(1);
        self.owed.increment(deliveries as u64);
    }

    pub(crate) fn attempted(&self, duration: Duration, failed: Option<ErrorClass>) {
        self.attempt_seconds.record(duration.as_secs_f64());
        if let Some(class) = failed {
            metrics::counter!(FAILED, "class" => class.as_str()).increment(1);
        }
    }

    pub(crate) fn delivered(&self, number: u32, accepted_at: Micros, ended_at: Micros) {
        self.delivered.increment(1);
        if number == 1 {
            self.delivery_seconds.record(ended_at.since(accepted_at).as_secs_f64());
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "gauges are f64; a queue of 2^53 deliveries is not to be expected"
    )]
    pub(crate) fn lanes(&self, under_way: usize, held_bytes: usize) {
        self.in_flight.set(under_way as f64);
        self.held_bytes.set(held_bytes as f64);
    }
}

pub(crate) fn given_up() {
    metrics::counter!(GIVEN_UP).increment(1);
}

pub(crate) fn disabled() {
    metrics::counter!(DISABLED).increment(1);
}

pub(crate) fn retired(messages: u64) {
    metrics::counter!(RETIRED).increment(messages);
}

#[expect(
    clippy::cast_precision_loss,
    reason = "gauges are f64; a queue of 2^53 deliveries is not to be expected"
)]
pub(crate) fn depth(depth: klingel_store::QueueDepth, now: Micros) {
    metrics::gauge!(DEPTH_FIRST).set(depth.first_attempts as f64);
    metrics::gauge!(DEPTH_RETRIES).set(depth.retries as f64);
    metrics::gauge!(OLDEST_DUE).set(depth.oldest_due.map_or(0.0, |due| now.since(due).as_secs_f64()));
}
