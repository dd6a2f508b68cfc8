//! The request of an attempt.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
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

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const KLINGEL: HeaderValue = HeaderValue::from_static(concat!("Klingel/", env!("CARGO_PKG_VERSION")));
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
    let id = message.id.to_string();
    let timestamp_s = sending.now.as_unix_s().to_string();
    let signature = sign::header_value(secrets, &id, &timestamp_s, &body)
        .map_err(|cannot| Unsendable(cannot.to_string()))?;

    let mut headers = HeaderMap::with_capacity(5 + endpoint.headers.len());
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(USER_AGENT, KLINGEL);
    http_rules::add_own_headers(&mut headers, endpoint, |name| name.starts_with("webhook-"));
    headers.insert(WEBHOOK_ID, ascii(id));
    headers.insert(WEBHOOK_TIMESTAMP, ascii(timestamp_s));
    headers.insert(WEBHOOK_SIGNATURE, ascii(signature));
    Ok(OutboundRequest { url: Arc::clone(&endpoint.url), headers, body, timeout: TIMEOUT })
}

fn ascii(text: String) -> HeaderValue {
    HeaderValue::from_maybe_shared(Bytes::from(text)).expect("ids, numbers and base64 are visible ASCII")
}
