//! Waiting, sending, trying again.

use std::time::Duration;

use super::Section;
use super::setting::{Place, Setting};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_hours(24);

/// The section.
pub const SECTION: Section = Section {
    title: "Delivery",
    about: "How deliveries wait, and when failed ones are tried again.",
    settings: &[
        Setting {
            name: "attempt_timeout_max",
            doc: "Longest time that an attempt may take, from the look-up of the name to the end of the answer. Every dialect \
                  of today allows 15 s; the shorter one holds.",
            place: Place::Span(
                |c| &mut c.engine.attempt_timeout_max,
                Duration::from_millis(100)..=Duration::from_mins(10),
            ),
        },
        Setting {
            name: "in_flight_max",
            doc: "Requests to receivers under way at once, to all endpoints together. Needs as many open files.",
            place: Place::Count(|c| &mut c.engine.in_flight_max, 1..=100_000),
        },
        Setting {
            name: "retry_jitter_percent",
            doc: "How far each wait of a retry schedule is spread both ways, so that deliveries that failed together \
                  are not retried together.",
            place: Place::Count(|c| &mut c.engine.retry_jitter.percent, 0..=100),
        },
        Setting {
            name: "retry_after_max",
            doc: "Longest Retry-After of a receiver that is honoured in full; a longer one counts as this.",
            place: Place::Span(
                |c| &mut c.engine.retry_after_max,
                Duration::ZERO..=Duration::from_hours(24 * 30),
            ),
        },
        Setting {
            name: "endpoint_failing_max",
            doc: "An endpoint to which every attempt has failed for this long is disabled, and says since when and why.",
            place: Place::Span(
                |c| &mut c.engine.endpoint_failing_max,
                SECOND..=Duration::from_hours(24 * 365),
            ),
        },
        Setting {
            name: "breaker_failures",
            doc: "Failed attempts in a row after which an endpoint is only probed with one request at a time.",
            place: Place::Count(|c| &mut c.engine.breaker_failures, 1..=1_000_000),
        },
        Setting {
            name: "breaker_wait_min",
            doc: "First wait between two probes of a failing endpoint; it doubles with every failed probe.",
            place: Place::Span(|c| &mut c.engine.breaker_wait_min, Duration::from_millis(10)..=DAY),
        },
        Setting {
            name: "breaker_wait_max",
            doc: "Longest wait between two probes of a failing endpoint.",
            place: Place::Span(|c| &mut c.engine.breaker_wait_max, Duration::from_millis(10)..=DAY),
        },
        Setting {
            name: "lane_waiting_max",
            doc: "Deliveries of one endpoint that wait in memory; more wait in the store.",
            place: Place::Count(|c| &mut c.engine.lane_waiting_max, 1..=1_000_000),
        },
        Setting {
            name: "nudges_max",
            doc: "Hand-offs and changes that wait for the dispatcher; more are dropped, and a search of the store finds them.",
            place: Place::Count(|c| &mut c.engine.nudges_max, 1..=1_000_000),
        },
        Setting {
            name: "waiting_bytes_max",
            doc: "Payload bytes of all deliveries that wait in memory; more wait in the store.",
            place: Place::Bytes(|c| &mut c.engine.waiting_bytes_max, 1 << 20..=1 << 40),
        },
        Setting {
            name: "settle_batch_max",
            doc: "Attempts that are recorded in one transaction, at most.",
            place: Place::Count(|c| &mut c.engine.settle_batch_max, 1..=10_000),
        },
        Setting {
            name: "catalogue_age_max",
            doc: "How long the endpoints of an application may be used without a look at the store: bounds how long a \
                  change made by another process goes unseen.",
            place: Place::Span(|c| &mut c.engine.catalogue_age_max, Duration::ZERO..=Duration::from_hours(1)),
        },
        Setting {
            name: "sweep_every",
            doc: "How often the store is searched for deliveries that memory does not know.",
            place: Place::Span(
                |c| &mut c.engine.sweep_every,
                Duration::from_millis(100)..=Duration::from_hours(1),
            ),
        },
        Setting {
            name: "upkeep_every",
            doc: "How often each chore is done: retention, expiry, erasure.",
            place: Place::Span(|c| &mut c.engine.upkeep_every, SECOND..=DAY),
        },
        Setting {
            name: "idempotency_for",
            doc: "How long the answer to a request with an Idempotency-Key is kept and given again.",
            place: Place::Span(|c| &mut c.engine.idempotency_for, SECOND..=Duration::from_hours(24 * 30)),
        },
    ],
};
