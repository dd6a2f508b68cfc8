//! Unsettled deliveries.

use std::sync::Arc;

use klingel_model::{
    AppId, Attempt, Delivery, DeliveryKey, EndpointId, Message, MessageId, MessageSeq, Micros,
};

use crate::Verb;

/// A delivery with its message, ready to be sent.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The delivery.
    pub delivery: Delivery,
    /// Its message.
    pub message: Arc<Message>,
}

/// Part of an endpoint's due deliveries.
#[derive(Debug, Clone, Default)]
pub struct WaitingPage {
    /// Earliest due first.
    pub work: Vec<Waiting>,
    /// When the earliest delivery that is not in `work` is due.
    pub next_due: Option<Micros>,
}

/// That an endpoint has unsettled deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneHead {
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// Whether there are deliveries without an attempt.
    pub first_attempts: bool,
    /// When the earliest retry or manual delivery is due.
    pub next_due: Option<Micros>,
}

/// What is recorded of one delivery.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// Which delivery.
    pub key: DeliveryKey,
    /// The attempt that was made; `None` if none could be, because the endpoint is gone.
    pub attempt: Option<Attempt>,
    /// What becomes of the delivery.
    pub outcome: Outcome,
    /// What this says of the endpoint, if anything new.
    pub health: Option<HealthChange>,
}

/// What becomes of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Taken by the receiver. Its scheduled retries, too, are settled when a manual delivery succeeds.
    Delivered,
    /// Not to be tried again.
    GivenUp,
    /// To be tried again at this instant.
    Retry(Micros),
    /// Nobody to deliver to.
    Dropped,
}

/// A change in an endpoint's health.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HealthChange {
    /// Began to fail at this instant.
    FailingSince(Micros),
    /// Works again.
    Recovered,
    /// Switched off by Klingel.
    Disabled {
        /// Since when it has failed.
        failing_since: Micros,
        /// When it was switched off.
        at: Micros,
        /// Why: a sentence for its owner.
        reason: String,
    },
}

/// What the lanes need of the store. Nothing here depends on a hand-off in memory: whoever asks again after a
/// restart finds every delivery that was admitted and not settled.
pub trait Queue: Send + Sync {
    /// Endpoints with unsettled deliveries, in the order of their ids, beginning behind `after`.
    fn lanes(&self, after: Option<EndpointId>, limit: usize) -> Verb<'_, Vec<LaneHead>>;

    /// Scheduled deliveries of an endpoint that have had no attempt, in the order of their messages, behind `after`.
    fn first_attempts(
        &self,
        endpoint_id: EndpointId,
        after: MessageSeq,
        limit: usize,
    ) -> Verb<'_, Vec<Waiting>>;

    /// Retries and manual deliveries of an endpoint that are due at `until` or earlier, earliest first; of those that
    /// are due at once, scheduled ones first, then by message.
    fn due(&self, endpoint_id: EndpointId, until: Micros, limit: usize) -> Verb<'_, WaitingPage>;

    /// Records attempts and what becomes of their deliveries: the whole batch or nothing.
    ///
    /// A settlement of a delivery that is settled already records its attempt and changes nothing else. An attempt
    /// whose id is recorded already, or whose message is gone, is left out. After [`Outcome::Retry`] the delivery has
    /// had [`Attempt::number`] attempts; without an attempt, as many as before.
    ///
    /// Shared, because the caller offers the same batch again when it was refused.
    fn settle(&self, settlements: Arc<Vec<Settlement>>) -> Verb<'_, ()>;

    /// Asks for one more attempt of this message to this endpoint, beside what is scheduled. Durable when `Ok`.
    /// Asking again before that attempt changes nothing.
    ///
    /// Errors: [`Gone`](crate::Error::Gone) when message or endpoint do not exist in the application.
    fn resend(
        &self,
        app_id: AppId,
        message_id: MessageId,
        endpoint_id: EndpointId,
        due_at: Micros,
    ) -> Verb<'_, ()>;
}
