//! Attempts as the API writes them, and how it filters them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use klingel_model::{Attempt, AttemptStatus, DeliveryState, Micros, Trigger};
use klingel_store::AttemptFilter;
use serde::Serialize;
use utoipa::ToSchema;

use crate::query::Query;

/// `status` as client libraries know it, with its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// The receiver has it.
    Success = 0,
    /// Not tried yet.
    Pending = 1,
    /// Failed, or given up.
    Fail = 2,
    /// Failed so far; it will be tried again.
    Sending = 3,
}

impl Status {
    const ALL: [Self; 4] = [Self::Success, Self::Pending, Self::Fail, Self::Sending];

    /// The number for it.
    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    /// The word for it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Pending => "pending",
            Self::Fail => "fail",
            Self::Sending => "sending",
        }
    }

    /// Reads the parameter `status`.
    pub(crate) fn wanted(query: &mut Query) -> Option<Self> {
        let number = query.one_of("status", &[0, 1, 2, 3])?;
        Self::ALL.into_iter().find(|status| u16::from(status.number()) == number)
    }

    /// How a delivery stands, and when it is tried next.
    pub(crate) fn of(state: DeliveryState) -> (Self, Option<Micros>) {
        match state {
            DeliveryState::Delivered => (Self::Success, None),
            DeliveryState::Waiting => (Self::Pending, None),
            DeliveryState::Retrying(next) => (Self::Sending, Some(next)),
            DeliveryState::Failed | DeliveryState::Canceled => (Self::Fail, None),
        }
    }
}

/// An attempt.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessageAttemptOut {
    /// Its id.
    id: String,
    /// The message that was sent.
    msg_id: String,
    /// The endpoint it was sent to.
    endpoint_id: String,
    /// The URL at that time.
    #[schema(format = "uri")]
    url: String,
    /// 0 success, 2 fail.
    status: u8,
    /// The same as a word.
    status_text: &'static str,
    /// HTTP status of the answer; 0 without one.
    response_status_code: u16,
    /// What is kept of the answer's body: as text, or as base64 when it is not UTF-8.
    response: String,
    /// How long it took, in milliseconds.
    response_duration_ms: u64,
    /// 0 by the schedule, 1 by hand.
    trigger_type: u8,
    /// When it began.
    #[schema(format = DateTime)]
    timestamp: String,
    /// 1 for the first attempt of its delivery. Klingel's own field.
    attempt_number: u32,
    /// At which step it failed: `dns`, `refused_address`, `connect`, `tls`, `timeout`, `http`, `body`, `unsendable`.
    /// Klingel's own field.
    error_class: Option<&'static str>,
    /// What happened, for the endpoint's owner. Klingel's own field.
    error: Option<Box<str>>,
    /// When the next attempt is due. Klingel's own field.
    #[schema(format = DateTime)]
    next_attempt: Option<String>,
}

impl MessageAttemptOut {
    /// An attempt, with what came back if that is wanted.
    pub(crate) fn of(attempt: Attempt, with_content: bool) -> Self {
        let status = match attempt.status {
            AttemptStatus::Success => Status::Success,
            AttemptStatus::Fail => Status::Fail,
        };
        let response = match std::str::from_utf8(&attempt.response_body) {
            _ if !with_content => String::new(),
            Ok(text) => text.to_owned(),
            Err(_) => STANDARD.encode(&attempt.response_body),
        };
        Self {
            id: attempt.id.to_string(),
            msg_id: attempt.message_id.to_string(),
            endpoint_id: attempt.endpoint_id.to_string(),
            url: attempt.url.to_string(),
            status: status.number(),
            status_text: status.text(),
            response_status_code: attempt.response_status,
            response,
            response_duration_ms: u64::try_from(attempt.duration.as_millis()).unwrap_or(u64::MAX),
            trigger_type: match attempt.trigger {
                Trigger::Schedule => 0,
                Trigger::Manual => 1,
            },
            timestamp: attempt.started_at.to_rfc3339(),
            attempt_number: attempt.number,
            error_class: attempt.error_class.map(klingel_model::ErrorClass::as_str),
            error: attempt.error,
            next_attempt: attempt.next_attempt_at.map(Micros::to_rfc3339),
        }
    }
}

/// Which attempts are wanted; `None` when the status is one that no attempt has.
pub(crate) fn filter(query: &mut Query) -> Option<AttemptFilter> {
    let status = Status::wanted(query);
    let filter = AttemptFilter {
        status: match status {
            Some(Status::Success) => Some(AttemptStatus::Success),
            Some(Status::Fail) => Some(AttemptStatus::Fail),
            _ => None,
        },
        status_class: query.one_of("status_code_class", &[0, 100, 200, 300, 400, 500]),
        event_types: query.event_types("event_types"),
        channel: query.channel("channel"),
        endpoint_id: None,
        before: query.instant("before"),
        after: query.instant("after"),
    };
    (!matches!(status, Some(Status::Pending | Status::Sending))).then_some(filter)
}
