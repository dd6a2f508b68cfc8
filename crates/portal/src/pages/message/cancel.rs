//! `…/messages/{message_id}/cancel`: what waits of a message for an endpoint is dropped.

use axum::extract::State;
use http::Method;
use klingel_model::EndpointId;
use serde_json::Value;

use crate::Portal;
use crate::answer::{Answer, see_other};
use crate::door::{AtMessage, Posted};
use crate::fault::Fault;
use crate::management::Call;

/// Drops it; a request under way ends.
pub(super) async fn cancel(State(portal): State<Portal>, posted: Posted<AtMessage>) -> Answer {
    let Posted { seat: at, form, .. } = posted;
    let named = form.filled("endpoint").and_then(|text| text.parse::<EndpointId>().ok());
    let endpoint_id = named.ok_or(Fault::NotFound)?;
    let (app_id, id) = (at.tenant.application.id, at.message.id);
    let path = format!("/api/v1/app/{app_id}/msg/{id}/endpoint/{endpoint_id}/cancel");
    let call = Call { method: Method::POST, path: &path, body: Value::Null, idempotency_key: None };
    let told = portal.call(at.tenant.environment_id(), call).await?;
    told.map_err(|refused| Fault::Conflict(refused.sentence.unwrap_or_default()))?;
    portal.note(&at.tenant, "delivery.cancel", &format!("{id} {endpoint_id}")).await?;
    see_other(&format!("{}/messages/{id}", at.tenant.base()))
}
