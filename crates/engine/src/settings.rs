//! Limits and times of the engine. The binary fills them from the configuration; the defaults are documented there.

use std::time::Duration;

use klingel_model::Jitter;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What publishers and owners may do at most.
    pub limits: Limits,
    /// How far retries are spread.
    pub retry_jitter: Jitter,
    /// Longest `Retry-After` that is honoured; longer ones count as this.
    pub retry_after_max: Duration,
    /// Longest time that an attempt may take, whatever its dialect allows.
    pub attempt_timeout_max: Duration,
    /// Requests under way at once, to all endpoints together.
    pub in_flight_max: usize,
    /// Deliveries of one endpoint that wait in memory; more wait in the store.
    pub lane_waiting_max: usize,
    /// Hand-offs and changes that wait for the dispatcher; more are dropped and found by a search of the store.
    pub nudges_max: usize,
    /// Payload bytes of all deliveries that wait in memory; more wait in the store.
    /// At least four times the largest body.
    pub waiting_bytes_max: usize,
    /// Failed attempts in a row after which an endpoint is only probed.
    pub breaker_failures: u32,
    /// First wait between two probes of an endpoint that fails; doubles at every failed probe.
    pub breaker_wait_min: Duration,
    /// Longest wait between two probes.
    pub breaker_wait_max: Duration,
    /// An endpoint that has only failed for this long is switched off.
    pub endpoint_failing_max: Duration,
    /// Settlements in one batch.
    pub settle_batch_max: usize,
    /// How long the catalogue of an application may be used without looking at the store: bounds how long a change
    /// made by another process goes unseen.
    pub catalogue_age_max: Duration,
    /// How often the store is searched for deliveries that memory does not know.
    pub sweep_every: Duration,
    /// How often each chore is done.
    pub upkeep_every: Duration,
    /// How long messages and attempts are kept.
    pub retention: Duration,
    /// How long the portal's audit log is kept.
    pub audit_retention: Duration,
    /// How long an idempotency key is remembered.
    pub idempotency_for: Duration,
}

/// What publishers and owners may do at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a request's body.
    pub body_bytes_max: usize,
    /// Channels of a message.
    pub message_channels_max: usize,
    /// Channels of an endpoint.
    pub endpoint_channels_max: usize,
    /// Event types of an endpoint.
    pub endpoint_event_types_max: usize,
    /// Own headers of an endpoint.
    pub endpoint_headers_max: usize,
    /// Bytes of one header's value.
    pub endpoint_header_bytes_max: usize,
    /// Endpoints of an application.
    pub endpoints_per_application_max: u64,
    /// Items of a page.
    pub page_items_max: usize,
    /// Entries of a `metadata` object.
    pub metadata_entries_max: usize,
    /// Bytes of a `metadata` object, keys and values together.
    pub metadata_bytes_max: usize,
    /// Bytes of an endpoint's URL.
    pub url_bytes_max: usize,
    /// Secrets of an endpoint that still sign, the current one included.
    pub secrets_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 1024 * 1024,
            message_channels_max: 5,
            endpoint_channels_max: 10,
            endpoint_event_types_max: 500,
            endpoint_headers_max: 20,
            endpoint_header_bytes_max: 4096,
            endpoints_per_application_max: 1000,
            page_items_max: 250,
            metadata_entries_max: 50,
            metadata_bytes_max: 16 * 1024,
            url_bytes_max: 4096,
            secrets_max: 10,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            retry_jitter: Jitter::default(),
            retry_after_max: Duration::from_hours(24),
            attempt_timeout_max: Duration::from_mins(1),
            in_flight_max: 4096,
            lane_waiting_max: 1024,
            nudges_max: 16_384,
            waiting_bytes_max: 64 * 1024 * 1024,
            breaker_failures: 10,
            breaker_wait_min: Duration::from_secs(1),
            breaker_wait_max: Duration::from_mins(1),
            endpoint_failing_max: Duration::from_hours(5 * 24),
            settle_batch_max: 1024,
            catalogue_age_max: Duration::from_secs(2),
            sweep_every: Duration::from_secs(30),
            upkeep_every: Duration::from_mins(10),
            retention: Duration::from_hours(90 * 24),
            audit_retention: Duration::from_hours(365 * 24),
            idempotency_for: Duration::from_hours(24),
        }
    }
}
