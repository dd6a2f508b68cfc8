//! Taking a message in.

use std::sync::Arc;

use klingel_model::{EndpointId, Message, MessageId, MessageSeq};

use crate::Verb;
use crate::catalog::OnceKey;
use crate::records::RecordChange;

/// A message and who is to get it.
#[derive(Debug, Clone)]
pub struct Admission {
    /// The message.
    pub message: Arc<Message>,
    /// One delivery each. Those that do not exist (any more) in the message's application are left out.
    pub endpoints: Vec<EndpointId>,
    /// The publisher's idempotency key, if any.
    pub once: Option<OnceKey>,
    /// Records of the application's dialect that change with the message. At most
    /// [`RECORD_CHANGES_MAX`](crate::records::RECORD_CHANGES_MAX).
    pub records: Vec<RecordChange>,
}

/// What became of an admission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admitted {
    /// Taken in and durable.
    New(MessageSeq),
    /// The same request came before: this message is its answer. Nothing was written.
    Replay(MessageId),
}

/// The first verb of a message's way.
pub trait Intake: Send + Sync {
    /// Writes the message, one unsettled delivery for each endpoint, the idempotency key and the changed records, all
    /// or nothing.
    ///
    /// When it gives `Ok`, the message survives a power cut. Many callers share one commit.
    ///
    /// Errors: [`Taken("eventId")`](crate::Error::Taken), [`KeyReused`](crate::Error::KeyReused),
    /// [`Gone`](crate::Error::Gone) when the application has been deleted or is
    /// another environment's, [`Full`](crate::Error::Full), [`Unavailable`](crate::Error::Unavailable).
    fn admit(&self, admission: Admission) -> Verb<'_, Admitted>;
}
