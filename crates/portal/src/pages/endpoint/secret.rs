//! `…/endpoints/{endpoint_id}/secret`: the secret is shown on request, and replaced. Both stand in the audit log.

use askama::Template;
use axum::extract::State;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::Portal;
use crate::answer::{Answer, page_with, see_other};
use crate::door::{AtEndpoint, Posted};
use crate::fault::Fault;
use crate::form::FieldView;
use crate::frame::Frame;
use crate::management::Call;
use crate::once::ONCE_FIELD;

#[derive(Debug, Template)]
#[template(path = "endpoint/secret.html")]
struct Page {
    frame: Frame,
    secret: String,
    action: String,
    back: String,
    key: String,
    fields: Vec<FieldView>,
    refused: String,
}

fn path(at: &AtEndpoint) -> String {
    format!("/api/v1/app/{}/endpoint/{}/secret", at.tenant.application.id, at.endpoint.id)
}

/// Shows it. The answer to a form, so that no address leads to it.
pub(super) async fn reveal(State(portal): State<Portal>, posted: Posted<AtEndpoint>) -> Answer {
    let at = posted.seat;
    // First the line in the log, then the secret: nobody sees it unwritten.
    portal.note(&at.tenant, "secret.reveal", &at.endpoint.id.to_string()).await?;
    let call = Call { method: Method::GET, path: &path(&at), body: Value::Null, idempotency_key: None };
    let told = portal.call(at.tenant.environment_id(), call).await?;
    let told = told.map_err(|refused| Fault::Conflict(refused.sentence.unwrap_or_default()))?;
    let secret = told["key"].as_str().unwrap_or_default().to_owned();
    shown(&portal, &at, secret, String::new())
}

fn shown(portal: &Portal, at: &AtEndpoint, secret: String, refused: String) -> Answer {
    let words = at.tenant.visit.words;
    let href = super::href(at);
    let status = if refused.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page {
        frame: super::frame(portal, at, words.t("secret-title")),
        secret,
        action: format!("{href}/secret/rotate"),
        back: href,
        key: portal.new_once(),
        fields: super::show::rotation_fields(words),
        refused,
    };
    page_with(status, &page)
}

/// Replaces it. The old one goes on signing for a while, so that the receiver can change in between.
pub(super) async fn rotate(State(portal): State<Portal>, posted: Posted<AtEndpoint>) -> Answer {
    let Posted { seat: at, form, .. } = posted;
    let mut body = Map::new();
    if let Some(own) = form.one("secret.new").filter(|text| !text.is_empty()) {
        body.insert("key".to_owned(), own.into());
    }
    if let Some(hours) = form.filled("secret.grace").and_then(|text| text.parse::<u32>().ok()) {
        body.insert("gracePeriodSeconds".to_owned(), json!(hours.saturating_mul(3600)));
    }
    let path = format!("{}/rotate", path(&at));
    let key = form.filled(ONCE_FIELD).ok_or(Fault::Unreadable)?;
    let call =
        Call { method: Method::POST, path: &path, body: Value::Object(body), idempotency_key: Some(key) };
    match portal.call(at.tenant.environment_id(), call).await? {
        Ok(_) => {
            portal.note(&at.tenant, "secret.rotate", &at.endpoint.id.to_string()).await?;
            see_other(&super::href(&at))
        }
        Err(refused) => {
            let first = refused.fields.first().map(|(_, why)| why.clone());
            shown(&portal, &at, String::new(), refused.sentence.or(first).unwrap_or_default())
        }
    }
}
