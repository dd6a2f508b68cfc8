//! `/portal/apps/{app_id}/settings/own`: what the dialect lets an application's owner set.

use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, StatusCode};
use klingel_engine::deliver::description::Description;
use klingel_engine::keys::sha256;
use serde_json::{Map, Value};

use super::collection::FormPage;
use crate::Portal;
use crate::answer::{Answer, page_with, see_other};
use crate::door::{Posted, Tenant};
use crate::fault::Fault;
use crate::fields::{self, Placed, Root, Source, records};
use crate::form::Marks;
use crate::frame::{Frame, Tab};
use crate::management::{Call, Managed, Refused};

/// What the page works with.
struct Own<'a> {
    portal: &'a Portal,
    tenant: &'a Tenant,
    description: Description,
    fields: Vec<Placed>,
    kept: Value,
}

impl<'a> Own<'a> {
    async fn of(portal: &'a Portal, tenant: &'a Tenant) -> Result<Self, Fault> {
        let description = portal.description(&tenant.application.dialect);
        if description.application_form.is_empty() {
            return Err(Fault::NotFound);
        }
        let fields = fields::placed(Root::Document, description.application_form);
        let mut own = Self { portal, tenant, description, fields, kept: Value::Null };
        let kept = own.call(Method::GET, Value::Null).await?;
        own.kept = kept.map_err(|refused| Fault::Conflict(refused.sentence.unwrap_or_default()))?;
        Ok(own)
    }

    async fn call(&self, method: Method, body: Value) -> Result<Managed, Fault> {
        let application = &self.tenant.application;
        let below = self.description.application_path;
        let path = format!("/api/v1/app/{}/{}/{below}", application.id, application.dialect);
        let call = Call { method, path: &path, body, idempotency_key: None };
        self.portal.call(self.tenant.environment_id(), call).await
    }

    /// What is kept now; it has no version of its own.
    fn version(&self) -> String {
        URL_SAFE_NO_PAD.encode(sha256(&[self.kept.to_string().as_bytes()]))
    }

    async fn page(&self, source: Source<'_>, marks: &Marks, refused: Option<&Refused>) -> Answer {
        let (portal, tenant) = (self.portal, self.tenant);
        let words = tenant.visit.words;
        let kinds = records::kinds(self.description.application_form);
        let known = portal.known(tenant.application.id, &kinds).await?;
        let mut views = fields::views(words, &self.fields, source, &known);
        fields::mark(&mut views, marks);
        let left = refused.map(|refused| fields::refuse(words, &mut views, refused));
        let wrong = refused.is_some() || !marks.is_empty();
        let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let settings = format!("{}/settings", tenant.base());
        let frame = Frame::tenant(portal, tenant, &Tab::Settings, title(words, &self.description))
            .below(settings.clone(), words.t("tab-settings"));
        let page = FormPage {
            frame,
            action: format!("{settings}/own"),
            back: settings,
            version: self.version(),
            key: String::new(),
            hint: String::new(),
            fields: views,
            refused: left.unwrap_or_default(),
        };
        page_with(status, &page)
    }
}

/// What the page is called.
pub(super) fn title(words: crate::words::Words, description: &Description) -> String {
    words.fill("settings-own", "dialect", words.of(description.title))
}

/// The form.
pub(super) async fn show(State(portal): State<Portal>, tenant: Tenant) -> Answer {
    let own = Own::of(&portal, &tenant).await?;
    own.page(Source::Document(&own.kept), &Marks::new(), None).await
}

/// Takes the form.
pub(super) async fn change(State(portal): State<Portal>, posted: Posted<Tenant>) -> Answer {
    let Posted { seat: tenant, form, .. } = posted;
    let own = Own::of(&portal, &tenant).await?;
    if form.one("version") != Some(&own.version()) {
        return Err(Fault::Changed);
    }
    let source = Source::Form(&form);
    if form.one("redraw").is_some() {
        return own.page(source, &Marks::new(), None).await;
    }
    let mut document = Value::Object(Map::new());
    if let Err(marks) = fields::fill(tenant.visit.words, &own.fields, &form, &mut document) {
        return own.page(source, &marks, None).await;
    }
    if let Err(refused) = own.call(Method::PUT, document).await? {
        return own.page(source, &Marks::new(), Some(&refused)).await;
    }
    portal.note(&tenant, "settings.change", &tenant.application.id.to_string()).await?;
    see_other(&format!("{}/settings/own", tenant.base()))
}
