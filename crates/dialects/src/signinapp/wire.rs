//! The request of an attempt.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use klingel_engine::deliver::{OutboundRequest, Sending, Unsendable};
use klingel_model::SigningSecret;

use super::sign;
use crate::http_rules;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const KLINGEL: HeaderValue = HeaderValue::from_static(concat!("Klingel/", env!("CARGO_PKG_VERSION")));
/// For everything together. The vendor publishes none; its likely software defaults to 3 s, which cuts off receivers
/// that work before they answer.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Writes the request: the payload as it is, signed by the newest secret, unsigned without one.
pub(super) fn write(
    sending: &Sending<'_>,
    newest: Option<&SigningSecret>,
) -> Result<OutboundRequest, Unsendable> {
    let Some(body) = sending.message.payload.clone() else {
        return Err(Unsendable("The visit's data has been deleted, so there is nothing to send.".to_owned()));
    };
    let endpoint = sending.endpoint;
    let mut headers = HeaderMap::with_capacity(3 + endpoint.headers.len());
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(USER_AGENT, KLINGEL);
    http_rules::add_own_headers(&mut headers, endpoint, |name| name == sign::SIGNATURE.as_str());
    if let Some(secret) = newest {
        let value = sign::header_value(&secret.key.reveal(), sending.now.as_unix_s(), &body);
        let value = HeaderValue::from_maybe_shared(Bytes::from(value));
        headers.insert(sign::SIGNATURE, value.expect("numbers and hex are visible ASCII"));
    }
    Ok(OutboundRequest { url: Arc::clone(&endpoint.url), headers, body, timeout: TIMEOUT })
}
