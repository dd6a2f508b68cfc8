//! A message owed to an endpoint, until it is settled.

use crate::attempt::Trigger;
use crate::id::EndpointId;
use crate::message::MessageSeq;
use crate::time::Micros;

/// Which delivery. A delivery that somebody asked for by hand stands beside the scheduled one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryKey {
    /// To whom.
    pub endpoint_id: EndpointId,
    /// What.
    pub message_seq: MessageSeq,
    /// Why.
    pub trigger: Trigger,
}

/// A delivery that is not settled yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// Which.
    pub key: DeliveryKey,
    /// Attempts made so far.
    pub attempts: u32,
    /// Not before this instant; `None`: at once, as the first attempt.
    pub due_at: Option<Micros>,
}

/// How the deliveries of one message to one endpoint stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// The last attempt succeeded.
    Delivered,
    /// No attempt has been made yet.
    Waiting,
    /// Failed so far; the next attempt is due then.
    Retrying(Micros),
    /// Given up.
    Failed,
    /// Dropped by somebody while it waited.
    Canceled,
}
