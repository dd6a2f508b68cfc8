//! The body of a notification, and the request around it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use klingel_engine::deliver::{OutboundRequest, Sending, Unsendable};

use super::entity::{Action, EntityType};
use crate::http_rules;

/// For everything together. The vendor names none (facts E7).
const TIMEOUT: Duration = Duration::from_secs(15);

/// The body: `{entity_id, entity_type, action_type, result}` in the published order. `result` is the JSON text of the
/// record as the source gave it; without one the key is absent (facts E1).
pub(super) fn envelope(entity: EntityType, id: u64, action: Action, result: Option<&str>) -> Bytes {
    let (entity, action) = (entity.word(), action.word());
    let mut body = format!(r#"{{"entity_id":{id},"entity_type":"{entity}","action_type":"{action}""#);
    if let Some(result) = result {
        body.push_str(r#","result":"#);
        body.push_str(result);
    }
    body.push('}');
    Bytes::from(body)
}

/// Writes the request. The payload has its form since it was accepted, so that every attempt carries the same bytes.
pub(super) fn write(sending: &Sending<'_>) -> Result<OutboundRequest, Unsendable> {
    let Some(body) = sending.message.payload.clone() else {
        return Err(Unsendable(
            "The message's payload has been deleted, so there is nothing to send.".to_owned(),
        ));
    };
    let headers = http_rules::json_headers(sending.endpoint, 0, |name| name == "content-type");
    Ok(OutboundRequest { url: Arc::clone(&sending.endpoint.url), headers, body, timeout: TIMEOUT })
}
