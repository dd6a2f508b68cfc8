//! What the lanes ask of the store, and its answer.

use klingel_model::{EndpointId, MessageSeq};
use klingel_store::{Waiting, WaitingPage};

/// A read that a lane wants. One at a time for each lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// First attempts behind a message.
    FirstAttempts {
        /// Of this endpoint.
        endpoint_id: EndpointId,
        /// Behind this message.
        after: MessageSeq,
        /// At most so many.
        limit: usize,
    },
    /// What is due.
    Due {
        /// Of this endpoint.
        endpoint_id: EndpointId,
        /// At most so many.
        limit: usize,
    },
}

impl Read {
    /// Whose lane.
    pub fn endpoint_id(&self) -> EndpointId {
        match self {
            Self::FirstAttempts { endpoint_id, .. } | Self::Due { endpoint_id, .. } => *endpoint_id,
        }
    }
}

/// What a read gave.
#[derive(Debug)]
pub enum ReadAnswer {
    /// First attempts, in the order of their messages.
    FirstAttempts(Vec<Waiting>),
    /// What is due, earliest first.
    Due(WaitingPage),
    /// The store did not answer; the lane will ask again.
    Failed,
}
