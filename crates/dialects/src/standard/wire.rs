//! The request of an attempt.

use std::sync::Arc;
use std::time::Duration;

use http::header::HeaderName;
use klingel_engine::deliver::{OutboundRequest, Sending, Unsendable};
use klingel_model::SigningSecret;

use super::sign;
use crate::http_rules;

/// Header with the message's id.
pub const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
/// Header with the attempt's time in seconds.
pub const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
/// Header with the signatures.
pub const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// Bytes of the names and values that are written here beside the signature, about.
const TEXT_BYTES: usize = 96;
/// For everything together; the specification names 15 to 30 s.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Writes the request, signed by `secrets` in their order.
pub fn write(sending: &Sending<'_>, secrets: &[&SigningSecret]) -> Result<OutboundRequest, Unsendable> {
    let (message, endpoint) = (sending.message, sending.endpoint);
    let Some(body) = message.payload.clone() else {
        return Err(Unsendable(
            "The message's payload has been deleted, so there is nothing to send.".to_owned(),
        ));
    };
    let id = message.id.text();
    let mut digits = itoa::Buffer::new();
    let timestamp_s = digits.format(sending.now.as_unix_s());
    let signature = sign::header_value(secrets, &id, timestamp_s, &body)
        .map_err(|cannot| Unsendable(cannot.to_string()))?;

    let mut headers =
        http_rules::json_headers(endpoint, TEXT_BYTES + signature.len(), |name| name.starts_with("webhook-"));
    http_rules::set(&mut headers, &WEBHOOK_ID, &*id);
    http_rules::set(&mut headers, &WEBHOOK_TIMESTAMP, timestamp_s);
    http_rules::set(&mut headers, &WEBHOOK_SIGNATURE, signature);
    Ok(OutboundRequest { url: Arc::clone(&endpoint.url), headers, body, timeout: TIMEOUT })
}
