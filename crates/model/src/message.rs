//! One event of one application.

use std::sync::Arc;

use bytes::Bytes;

use crate::id::{AppId, EnvironmentId, MessageId};
use crate::name::{ChannelName, EventTypeName, Uid};
use crate::time::Micros;

/// The store's own order number of a message: later messages have greater ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MessageSeq(pub i64);

/// A message as it was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id; also the `webhook-id` header.
    pub id: MessageId,
    /// The environment of its application.
    pub environment_id: EnvironmentId,
    /// Its application.
    pub app_id: AppId,
    /// The publisher's own name for it, unique in the application.
    pub event_id: Option<Uid>,
    /// Its event type.
    pub event_type: EventTypeName,
    /// Its channels.
    pub channels: Arc<[ChannelName]>,
    /// The payload, byte for byte as it was posted; `None` once it has been deleted.
    pub payload: Option<Bytes>,
    /// When it was accepted.
    pub created_at: Micros,
    /// Until when the payload is kept; `None`: as long as the message.
    pub payload_until: Option<Micros>,
}
