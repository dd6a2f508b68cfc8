//! One HTTP request of a delivery and what came back.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::id::{AppId, AttemptId, EndpointId, MessageId};
use crate::time::Micros;

/// Why an attempt was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// The message was accepted, or the schedule said so.
    Schedule,
    /// Somebody asked for it.
    Manual,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttemptStatus {
    /// The receiver took it.
    Success,
    /// It did not.
    Fail,
}

/// At which step a failed attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// The name has no address.
    Dns,
    /// The address is one that must not be called.
    RefusedAddress,
    /// No connection.
    Connect,
    /// A connection, but no TLS.
    Tls,
    /// Not answered in time.
    Timeout,
    /// An answer, but no HTTP, or not a success.
    Http,
    /// The answer's body broke off.
    Body,
    /// No request could be written, for instance because the payload has been deleted.
    Unsendable,
}

impl ErrorClass {
    /// All classes, for metrics that show every one from the start.
    pub const ALL: [Self; 8] = [
        Self::Dns,
        Self::RefusedAddress,
        Self::Connect,
        Self::Tls,
        Self::Timeout,
        Self::Http,
        Self::Body,
        Self::Unsendable,
    ];

    /// The word for it in the API, the store and the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::RefusedAddress => "refused_address",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Http => "http",
            Self::Body => "body",
            Self::Unsendable => "unsendable",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }
}

/// An attempt as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// The application of message and endpoint.
    pub app_id: AppId,
    /// The message that was sent.
    pub message_id: MessageId,
    /// The endpoint it was sent to.
    pub endpoint_id: EndpointId,
    /// The URL at that time.
    pub url: Arc<str>,
    /// 1 for the first attempt of its delivery.
    pub number: u32,
    /// Why it was made.
    pub trigger: Trigger,
    /// When it began.
    pub started_at: Micros,
    /// How long it took, the answer's body included.
    pub duration: Duration,
    /// How it ended.
    pub status: AttemptStatus,
    /// HTTP status of the answer; 0 without one.
    pub response_status: u16,
    /// What is kept of the answer's body, byte for byte.
    pub response_body: Bytes,
    /// Where it failed.
    pub error_class: Option<ErrorClass>,
    /// What happened, in a sentence for the endpoint's owner. Holds neither secret nor payload.
    pub error: Option<Box<str>>,
    /// When the next attempt is due, if there is to be one.
    pub next_attempt_at: Option<Micros>,
}
