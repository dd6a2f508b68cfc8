//! Messages as the API writes them: the payload is copied as it was posted, byte for byte.

use klingel_model::Message;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::problem::Problem;

/// In place of a payload that is not wanted.
const WITHOUT_CONTENT: &str = "{}";
/// In place of a payload that has been deleted.
const EXPUNGED: &str = r#"{"expired":true}"#;

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessageOut<'a> {
    /// Its id; also the `webhook-id` header.
    pub(crate) id: String,
    /// The publisher's own name for it.
    pub(crate) event_id: Option<&'a str>,
    /// Its event type.
    pub(crate) event_type: &'a str,
    /// Its channels; null: none.
    pub(crate) channels: Option<Vec<&'a str>>,
    /// Its payload; `{}` when it was not asked for, `{"expired": true}` when it has been deleted.
    #[schema(value_type = Object)]
    pub(crate) payload: &'a RawValue,
    /// When it was accepted.
    #[schema(format = DateTime)]
    pub(crate) timestamp: String,
}

impl<'a> MessageOut<'a> {
    /// A message of the store, with its payload if that is wanted.
    pub(crate) fn of(message: &'a Message, with_content: bool) -> Result<Self, Problem> {
        let json = match &message.payload {
            _ if !with_content => WITHOUT_CONTENT.as_bytes(),
            None => EXPUNGED.as_bytes(),
            Some(payload) => payload,
        };
        let payload = serde_json::from_slice(json).map_err(|error| {
            // The place is named, never the payload.
            let (line, column) = (error.line(), error.column());
            Problem::Internal(format!(
                "the payload of {} is no JSON at line {line} column {column}",
                message.id
            ))
        })?;
        Ok(Self::with_payload(message, payload))
    }

    /// A message with what is to be shown as its payload.
    pub(crate) fn with_payload(message: &'a Message, payload: &'a RawValue) -> Self {
        let channels = message.channels.iter().map(klingel_model::ChannelName::as_str).collect::<Vec<_>>();
        Self {
            id: message.id.to_string(),
            event_id: message.event_id.as_ref().map(klingel_model::Uid::as_str),
            event_type: message.event_type.as_str(),
            channels: Some(channels).filter(|channels| !channels.is_empty()),
            payload,
            timestamp: message.created_at.to_rfc3339(),
        }
    }
}
