//! The request of an attempt.

use std::sync::Arc;
use std::time::Duration;

use klingel_engine::deliver::{OutboundRequest, Sending, Unsendable};
use klingel_model::SigningSecret;

use super::sign;
use crate::http_rules;

/// Bytes of the signature and its header's name, about.
const SIGNATURE_BYTES: usize = 128;
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
    let mut headers =
        http_rules::json_headers(endpoint, SIGNATURE_BYTES, |name| name == sign::SIGNATURE.as_str());
    if let Some(secret) = newest {
        let value = sign::header_value(&secret.key.reveal(), sending.now.as_unix_s(), &body);
        http_rules::set(&mut headers, &sign::SIGNATURE, value);
    }
    Ok(OutboundRequest { url: Arc::clone(&endpoint.url), headers, body, timeout: TIMEOUT })
}
