//! The request of an attempt. A message is kept without the `webhook` field: that is each hook's own.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use klingel_engine::deliver::{OutboundRequest, Sending, Unsendable};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::hook::uuid_of;
use super::records::consent::Released;
use crate::http_rules;

/// For everything together; the vendor names none.
const TIMEOUT: Duration = Duration::from_secs(15);

/// A body in the published order of keys.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delete: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    webhook: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_uuid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_vorname: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bereich: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The kept form of what goes out when a user releases data.
pub fn given(user_uuid: &str, released: &Released) -> Bytes {
    let released = released.clone();
    text(&Body {
        delete: None,
        webhook: None,
        user_uuid: Some(user_uuid.to_owned()),
        user_vorname: released.user_vorname,
        user_name: released.user_name,
        user_email: released.user_email,
        bereich: released.bereich,
        rest: Map::new(),
    })
}

/// The kept form of what goes out when a user takes the release back.
pub fn withdrawn(user_uuid: &str) -> Bytes {
    text(&Body {
        delete: Some(true),
        webhook: None,
        user_uuid: Some(user_uuid.to_owned()),
        user_vorname: None,
        user_name: None,
        user_email: None,
        bereich: None,
        rest: Map::new(),
    })
}

fn text(body: &Body) -> Bytes {
    serde_json::to_vec(body).expect("texts and JSON values can be written").into()
}

/// Writes the request: compact JSON, without signature, since the vendor has none.
pub fn write(sending: &Sending<'_>) -> Result<OutboundRequest, Unsendable> {
    let endpoint = sending.endpoint;
    let Some(kept) = &sending.message.payload else {
        return Err(Unsendable(
            "The message's payload has been deleted, so there is nothing to send.".to_owned(),
        ));
    };
    let mut body: Body = serde_json::from_slice(kept)
        .map_err(|_| Unsendable("The message is no JSON object of this dialect.".to_owned()))?;
    body.webhook = Some(uuid_of(endpoint).to_string());
    let headers = http_rules::json_headers(endpoint, 0, |name| name == "content-type");
    Ok(OutboundRequest { url: Arc::clone(&endpoint.url), headers, body: text(&body), timeout: TIMEOUT })
}
