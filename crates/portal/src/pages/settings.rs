//! `/portal/apps/{app_id}/settings`: what an application is called, and its end.

use askama::Template;
use axum::extract::State;
use http::{Method, StatusCode};
use klingel_model::Micros;
use serde_json::{Value, json};

use crate::Portal;
use crate::answer::{Answer, page_with, see_other};
use crate::door::{Posted, Tenant};
use crate::fault::Fault;
use crate::form::{FieldView, Look};
use crate::frame::{Frame, Tab};
use crate::management::{Call, Refused};

#[derive(Debug, Template)]
#[template(path = "settings.html")]
struct Page {
    frame: Frame,
    fields: Vec<FieldView>,
    version: String,
    action: String,
    id: String,
    may_delete: bool,
    refused: String,
    own: Option<(String, String)>,
}

/// The form.
pub(crate) async fn show(State(portal): State<Portal>, tenant: Tenant) -> Answer {
    let (name, uid) = (tenant.application.name.clone(), uid_of(&tenant));
    form(&portal, &tenant, &name, &uid, None)
}

fn uid_of(tenant: &Tenant) -> String {
    tenant.application.uid.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn form(portal: &Portal, tenant: &Tenant, name: &str, uid: &str, refused: Option<&Refused>) -> Answer {
    let words = tenant.visit.words;
    let mut fields = vec![
        FieldView::new("name", words.t("settings-name"), Look::Text).value(name).required(),
        FieldView::new("uid", words.t("settings-uid"), Look::Text)
            .value(uid)
            .hint(words.t("settings-uid-hint")),
    ];
    for field in &mut fields {
        if let Some(why) = refused.and_then(|refused| refused.at(&field.name)) {
            field.error = words.t("settings-refused-field");
            why.clone_into(&mut field.detail);
        }
    }
    let frame = Frame::tenant(portal, tenant, &Tab::Settings, words.t("tab-settings"));
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let description = portal.description(&tenant.application.dialect);
    let own = (!description.application_form.is_empty()).then(|| {
        (format!("{}/settings/own", tenant.base()), super::own_settings::title(words, &description))
    });
    let page = Page {
        own,
        frame,
        fields,
        version: tenant.application.updated_at.as_unix_us().to_string(),
        action: format!("{}/settings", tenant.base()),
        id: tenant.application.id.to_string(),
        may_delete: tenant.operates,
        refused: refused.and_then(|refused| refused.sentence.clone()).unwrap_or_default(),
    };
    page_with(status, &page)
}

/// Takes the form.
pub(crate) async fn change(State(portal): State<Portal>, posted: Posted<Tenant>) -> Answer {
    let Posted { seat: tenant, form: filled, .. } = posted;
    let version = filled.one("version").and_then(|text| text.parse().ok()).map(Micros::from_unix_us);
    if version != Some(tenant.application.updated_at) {
        return Err(Fault::Changed);
    }
    let (name, uid) = (filled.filled("name").unwrap_or_default(), filled.filled("uid"));
    let call = Call {
        method: Method::PATCH,
        path: &format!("/api/v1/app/{}/", tenant.application.id),
        body: json!({ "name": name, "uid": uid }),
        idempotency_key: None,
    };
    match portal.call(tenant.environment_id(), call).await? {
        Ok(_) => see_other(&format!("{}/settings", tenant.base())),
        Err(refused) => form(&portal, &tenant, name, uid.unwrap_or_default(), Some(&refused)),
    }
}

/// Deletes the application, when its id was typed in. Operators only: a customer's own data are his provider's to end.
pub(crate) async fn delete(State(portal): State<Portal>, posted: Posted<Tenant>) -> Answer {
    let Posted { seat: tenant, form: filled, .. } = posted;
    let id = tenant.application.id.to_string();
    if !tenant.operates {
        return Err(Fault::Forbidden);
    }
    if filled.filled("confirm") != Some(&id) {
        return Err(Fault::Conflict(format!("type {id} to delete the application")));
    }
    let path = format!("/api/v1/app/{id}/");
    let call = Call { method: Method::DELETE, path: &path, body: Value::Null, idempotency_key: None };
    if let Err(refused) = portal.call(tenant.environment_id(), call).await? {
        return Err(Fault::Conflict(refused.sentence.unwrap_or_default()));
    }
    portal.note(&tenant, "application.delete", &id).await?;
    see_other("/portal/apps")
}
