//! `…/messages/{message_id}/resend`: a message goes to an endpoint once more.

use axum::extract::State;
use http::Method;
use klingel_model::EndpointId;
use serde_json::Value;

use crate::Portal;
use crate::answer::{Answer, see_other};
use crate::door::{AtMessage, Posted};
use crate::fault::Fault;
use crate::management::Call;
use crate::once::ONCE_FIELD;

/// Asks for it; a form that is sent twice asks once.
pub(super) async fn resend(State(portal): State<Portal>, posted: Posted<AtMessage>) -> Answer {
    let Posted { seat: at, form, .. } = posted;
    let named = form.filled("endpoint").and_then(|text| text.parse::<EndpointId>().ok());
    let endpoint_id = named.ok_or(Fault::NotFound)?;
    let key = form.filled(ONCE_FIELD).ok_or(Fault::Unreadable)?;
    let (app_id, id) = (at.tenant.application.id, at.message.id);
    let path = format!("/api/v1/app/{app_id}/msg/{id}/endpoint/{endpoint_id}/resend");
    let call = Call { method: Method::POST, path: &path, body: Value::Null, idempotency_key: Some(key) };
    if let Err(refused) = portal.call(at.tenant.environment_id(), call).await? {
        return Err(Fault::Conflict(refused.sentence.unwrap_or_default()));
    }
    portal.note(&at.tenant, "message.resend", &format!("{id} {endpoint_id}")).await?;
    see_other(&format!("{}/messages/{id}", at.tenant.base()))
}
