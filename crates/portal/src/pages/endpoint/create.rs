//! `/portal/apps/{app_id}/endpoints/new`: a new endpoint.

use axum::extract::State;
use http::Method;
use serde_json::{Map, Value, json};

use super::form::{Around, Draft, Faults};
use crate::Portal;
use crate::answer::{Answer, see_other};
use crate::asked::Asked;
use crate::door::{Posted, Tenant};
use crate::fault::Fault;
use crate::fields::Source;
use crate::frame::{Frame, Tab, endpoints_word};
use crate::management::Call;
use crate::once::ONCE_FIELD;

/// The empty form; `?url=` is put into the field of that name, and checked as whatever is typed there.
pub(super) async fn show(State(portal): State<Portal>, tenant: Tenant, asked: Asked) -> Answer {
    let draft = Draft::of(&portal, &tenant, true).await?;
    let begun = asked.one("url").map_or(Value::Null, |url| json!({ "url": url }));
    draft.page(around(&draft), Source::Document(&begun), Faults::default()).await
}

fn around(draft: &Draft<'_>) -> Around {
    let (portal, tenant) = (draft.portal, draft.tenant);
    let words = tenant.visit.words;
    let list = format!("{}/endpoints", tenant.base());
    let title = words.fill("endpoint-create", "thing", words.of(draft.description.endpoint));
    let frame = Frame::tenant(portal, tenant, &Tab::Endpoints, title)
        .below(list.clone(), endpoints_word(words, &draft.description));
    Around {
        frame,
        action: format!("{list}/new"),
        back: list,
        version: String::new(),
        key: portal.new_once(),
        unset: false,
    }
}

/// Takes the form.
pub(super) async fn make(State(portal): State<Portal>, posted: Posted<Tenant>) -> Answer {
    let Posted { seat: tenant, form, .. } = posted;
    let draft = Draft::of(&portal, &tenant, true).await?;
    if form.one("redraw").is_some() {
        return draft.page(around(&draft), Source::Form(&form), Faults::default()).await;
    }
    let mut document = Value::Object(Map::new());
    if let Err(marks) = draft.fill(&form, &mut document) {
        return draft.page(around(&draft), Source::Form(&form), Faults { marks, refused: None }).await;
    }
    if let Value::Object(fields) = &mut document {
        fields.retain(|_, value| !value.is_null());
    }
    let path = format!("/api/v1/app/{}/endpoint", tenant.application.id);
    let key = form.filled(ONCE_FIELD).ok_or(Fault::Unreadable)?;
    let call = Call { method: Method::POST, path: &path, body: document, idempotency_key: Some(key) };
    match portal.call(tenant.environment_id(), call).await? {
        Ok(made) => {
            let id = made["id"].as_str().unwrap_or_default();
            portal.note(&tenant, "endpoint.create", id).await?;
            see_other(&format!("{}/endpoints/{id}", tenant.base()))
        }
        Err(refused) => {
            let faults = Faults { refused: Some(refused), ..Faults::default() };
            draft.page(around(&draft), Source::Form(&form), faults).await
        }
    }
}
