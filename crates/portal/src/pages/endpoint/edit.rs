//! `/portal/apps/{app_id}/endpoints/{endpoint_id}/edit`: an endpoint is changed.

use axum::extract::State;
use http::Method;
use serde_json::{Map, Value};

use super::form::{Around, Draft, Faults};
use crate::Portal;
use crate::answer::{Answer, see_other};
use crate::door::{AtEndpoint, Posted};
use crate::fault::Fault;
use crate::fields::Source;
use crate::management::Call;

/// Fields that the form changes. `null` takes a field away, except where it must be something.
const CHANGED: [(&str, bool); 10] = [
    ("url", false),
    ("description", false),
    ("disabled", false),
    ("maxInFlight", false),
    ("eventTypes", true),
    ("channels", true),
    ("throttleRate", true),
    ("retrySchedule", true),
    ("filter", true),
    ("settings", true),
];

/// The form with what is kept.
pub(super) async fn show(State(portal): State<Portal>, at: AtEndpoint) -> Answer {
    let draft = Draft::of(&portal, &at.tenant, false).await?;
    let document = kept(&portal, &at).await?;
    draft.page(around(&portal, &draft, &at), Source::Document(&document), Faults::default()).await
}

/// The endpoint as the API shows it.
async fn kept(portal: &Portal, at: &AtEndpoint) -> Result<Value, Fault> {
    let path = path(at);
    let call = Call { method: Method::GET, path: &path, body: Value::Null, idempotency_key: None };
    let told = portal.call(at.tenant.environment_id(), call).await?;
    told.map_err(|refused| Fault::Conflict(refused.sentence.unwrap_or_default()))
}

fn path(at: &AtEndpoint) -> String {
    format!("/api/v1/app/{}/endpoint/{}", at.tenant.application.id, at.endpoint.id)
}

fn around(portal: &Portal, draft: &Draft<'_>, at: &AtEndpoint) -> Around {
    let words = at.tenant.visit.words;
    let href = super::href(at);
    let title = words.fill("endpoint-edit", "thing", words.of(draft.description.endpoint));
    let knows_settings = draft.own.iter().any(|placed| placed.name.starts_with("settings."));
    Around {
        frame: super::frame(portal, at, title),
        action: format!("{href}/edit"),
        back: href,
        version: at.endpoint.updated_at.as_unix_us().to_string(),
        key: String::new(),
        unset: knows_settings && at.endpoint.dialect_settings_json.is_none(),
    }
}

/// Takes the form.
pub(super) async fn change(State(portal): State<Portal>, posted: Posted<AtEndpoint>) -> Answer {
    let Posted { seat: at, form, .. } = posted;
    let draft = Draft::of(&portal, &at.tenant, false).await?;
    if form.one("version") != Some(&at.endpoint.updated_at.as_unix_us().to_string()) {
        return Err(Fault::Changed);
    }
    if form.one("redraw").is_some() {
        return draft.page(around(&portal, &draft, &at), Source::Form(&form), Faults::default()).await;
    }
    let mut document = kept(&portal, &at).await?;
    if let Err(marks) = draft.fill(&form, &mut document) {
        let faults = Faults { marks, refused: None };
        return draft.page(around(&portal, &draft, &at), Source::Form(&form), faults).await;
    }
    let path = path(&at);
    let call = Call { method: Method::PATCH, path: &path, body: changes(&document), idempotency_key: None };
    match portal.call(at.tenant.environment_id(), call).await? {
        Ok(_) => {
            portal.note(&at.tenant, "endpoint.change", &at.endpoint.id.to_string()).await?;
            see_other(&super::href(&at))
        }
        Err(refused) => {
            let faults = Faults { refused: Some(refused), ..Faults::default() };
            draft.page(around(&portal, &draft, &at), Source::Form(&form), faults).await
        }
    }
}

fn changes(document: &Value) -> Value {
    let mut body = Map::new();
    for (name, may_be_null) in CHANGED {
        let value = &document[name];
        if may_be_null || !value.is_null() {
            body.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(body)
}
