//! `…/endpoints/{endpoint_id}/headers`: headers that an endpoint gets beside those of its dialect.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::Portal;
use crate::answer::{Answer, page_with, see_other};
use crate::door::{AtEndpoint, Posted};
use crate::fault::Fault;
use crate::fields::pairs;
use crate::form::{FieldView, Look};
use crate::frame::Frame;
use crate::management::{Call, Refused};

/// What stands for a value that is not shown again. Sent back unchanged, it leaves the value alone.
const HIDDEN: &str = "••••••";
/// Empty lines that the form offers.
const SPARE: usize = 2;
/// Empty lines after somebody asked for more.
const MORE: usize = 6;

#[derive(Debug, Template)]
#[template(path = "endpoint/headers.html")]
struct Page {
    frame: Frame,
    action: String,
    back: String,
    version: String,
    fields: Vec<FieldView>,
    refused: Vec<String>,
}

fn path(at: &AtEndpoint) -> String {
    format!("/api/v1/app/{}/endpoint/{}/headers", at.tenant.application.id, at.endpoint.id)
}

/// The headers, without values that look like credentials.
pub(super) async fn show(State(portal): State<Portal>, at: AtEndpoint) -> Answer {
    let call = Call { method: Method::GET, path: &path(&at), body: Value::Null, idempotency_key: None };
    let told = portal.call(at.tenant.environment_id(), call).await?;
    let told = told.map_err(|refused| Fault::Conflict(refused.sentence.unwrap_or_default()))?;
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in told["headers"].as_object().into_iter().flatten() {
        headers.insert(name.clone(), value.as_str().unwrap_or_default().to_owned());
    }
    for name in told["sensitive"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        headers.insert(name.to_owned(), HIDDEN.to_owned());
    }
    form(&portal, &at, headers.into_iter().collect(), SPARE, None)
}

fn form(
    portal: &Portal,
    at: &AtEndpoint,
    mut headers: Vec<(String, String)>,
    spare: usize,
    refused: Option<&Refused>,
) -> Answer {
    let words = at.tenant.visit.words;
    headers.extend(std::iter::repeat_n((String::new(), String::new()), spare));
    let field = FieldView::new("headers", words.t("headers-title"), Look::Pairs(headers));
    let mut fields = vec![field.hint(words.t("headers-hint"))];
    let left = refused.map(|refused| crate::fields::refuse(words, &mut fields, refused));
    let href = super::href(at);
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        frame: super::frame(portal, at, words.t("headers-title")),
        action: format!("{href}/headers"),
        back: href,
        version: at.endpoint.updated_at.as_unix_us().to_string(),
        fields,
        refused: left.unwrap_or_default(),
    };
    page_with(status, &page)
}

/// Takes the form.
pub(super) async fn change(State(portal): State<Portal>, posted: Posted<AtEndpoint>) -> Answer {
    let Posted { seat: at, form: filled, .. } = posted;
    if filled.one("version") != Some(&at.endpoint.updated_at.as_unix_us().to_string()) {
        return Err(Fault::Changed);
    }
    let given = pairs("headers", &filled);
    if filled.one("redraw").is_some() {
        return form(&portal, &at, given, MORE, None);
    }
    let mut headers = Map::new();
    for (name, value) in &given {
        let kept = at.endpoint.headers.get(&name.to_ascii_lowercase());
        let value = match kept {
            Some(kept) if value == HIDDEN => kept,
            _ => value,
        };
        headers.insert(name.clone(), value.as_str().into());
    }
    let body = json!({ "headers": headers });
    let call = Call { method: Method::PUT, path: &path(&at), body, idempotency_key: None };
    match portal.call(at.tenant.environment_id(), call).await? {
        Ok(_) => {
            portal.note(&at.tenant, "endpoint.headers", &at.endpoint.id.to_string()).await?;
            see_other(&super::href(&at))
        }
        Err(refused) => form(&portal, &at, given, SPARE, Some(&refused)),
    }
}
