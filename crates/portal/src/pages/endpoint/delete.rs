//! `/portal/apps/{app_id}/endpoints/{endpoint_id}/delete`: asks once more, then deletes.

use askama::Template;
use axum::extract::State;
use http::Method;
use serde_json::Value;

use crate::Portal;
use crate::answer::{Answer, page, see_other};
use crate::door::{AtEndpoint, Posted};
use crate::fault::Fault;
use crate::frame::Frame;
use crate::management::Call;
use crate::show::attempt::shown_url;
use crate::show::endpoint::title;

#[derive(Debug, Template)]
#[template(path = "endpoint/delete.html")]
struct Page {
    frame: Frame,
    sentence: String,
    url: String,
    action: String,
    back: String,
}

/// What would be lost.
pub(super) async fn show(State(portal): State<Portal>, at: AtEndpoint) -> Answer {
    let words = at.tenant.visit.words;
    let description = super::description(&portal, &at.tenant);
    let frame =
        super::frame(&portal, &at, words.fill("endpoint-delete", "thing", words.of(description.endpoint)));
    let href = super::href(&at);
    page(&Page {
        sentence: words.fill("endpoint-delete-help", "name", &title(&description, &at.endpoint)),
        url: shown_url(&at.endpoint.url),
        action: format!("{href}/delete"),
        back: href,
        frame,
    })
}

/// Deletes it.
pub(super) async fn delete(State(portal): State<Portal>, posted: Posted<AtEndpoint>) -> Answer {
    let at = posted.seat;
    let path = format!("/api/v1/app/{}/endpoint/{}", at.tenant.application.id, at.endpoint.id);
    let call = Call { method: Method::DELETE, path: &path, body: Value::Null, idempotency_key: None };
    if let Err(refused) = portal.call(at.tenant.environment_id(), call).await? {
        return Err(Fault::Conflict(refused.sentence.unwrap_or_default()));
    }
    portal.note(&at.tenant, "endpoint.delete", &at.endpoint.id.to_string()).await?;
    see_other(&format!("{}/endpoints", at.tenant.base()))
}
