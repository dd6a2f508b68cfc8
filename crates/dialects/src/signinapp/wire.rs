//! The request of an attempt.

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, USER_AGENT};
use klingel_engine::deliver::{OutboundRequest, Sending, Unsendable};
use klingel_model::SigningSecret;

use super::sign;
use crate::http_rules;

const JSON: &str = "application/json";
const KLINGEL: &str = concat!("Klingel/", env!("CARGO_PKG_VERSION"));
/// Why it can stand in a header.
const ASCII: &str = "it is visible ASCII";
/// Bytes of the names and values that are written here, about.
const TEXT_BYTES: usize = 192;
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
    let mut headers = http_rules::headers_for(endpoint, 3, TEXT_BYTES);
    headers.insert(&CONTENT_TYPE, JSON).expect(ASCII);
    headers.insert(&USER_AGENT, KLINGEL).expect(ASCII);
    http_rules::add_own_headers(&mut headers, endpoint, |name| name == sign::SIGNATURE.as_str());
    if let Some(secret) = newest {
        let value = sign::header_value(&secret.key.reveal(), sending.now.as_unix_s(), &body);
        headers.insert(&sign::SIGNATURE, value).expect(ASCII);
    }
    Ok(OutboundRequest { url: Arc::clone(&endpoint.url), headers, body, timeout: TIMEOUT })
}
