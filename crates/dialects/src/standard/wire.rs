//! The request of an attempt.

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderName, USER_AGENT};
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

const JSON: &str = "application/json";
const KLINGEL: &str = concat!("Klingel/", env!("CARGO_PKG_VERSION"));
/// Why it can stand in a header.
const ASCII: &str = "it is visible ASCII";
/// Bytes of the names and values that are written here beside the signature, about.
const TEXT_BYTES: usize = 144;
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

    let mut headers = http_rules::headers_for(endpoint, 5, TEXT_BYTES + signature.len());
    headers.insert(&CONTENT_TYPE, JSON).expect(ASCII);
    headers.insert(&USER_AGENT, KLINGEL).expect(ASCII);
    http_rules::add_own_headers(&mut headers, endpoint, |name| name.starts_with("webhook-"));
    headers.insert(&WEBHOOK_ID, &*id).expect(ASCII);
    headers.insert(&WEBHOOK_TIMESTAMP, timestamp_s).expect(ASCII);
    headers.insert(&WEBHOOK_SIGNATURE, signature).expect(ASCII);
    Ok(OutboundRequest { url: Arc::clone(&endpoint.url), headers, body, timeout: TIMEOUT })
}
