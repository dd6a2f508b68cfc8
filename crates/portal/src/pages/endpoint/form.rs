//! The form of an endpoint, new or old: the dialect's fields, what every endpoint has, and a filter that can be tried.

use askama::Template;
use http::StatusCode;
use klingel_engine::deliver::description::{Description, FieldKind};
use klingel_store::{Order, Page as ListPage};
use serde_json::Value;

use super::general::{General, Views};
use super::try_out::{self, TryView};
use crate::Portal;
use crate::answer::{Answer, page_with};
use crate::door::Tenant;
use crate::fault::Fault;
use crate::fields::{self, Known, Placed, Root, Source};
use crate::form::{FieldView, Form, Marks};
use crate::frame::Frame;
use crate::management::Refused;

/// Messages that a filter can be tried on.
const MESSAGES: usize = 10;

#[derive(Debug, Template)]
#[template(path = "endpoint/form.html")]
struct Page {
    frame: Frame,
    action: String,
    back: String,
    version: String,
    key: String,
    refused: Vec<String>,
    own: Vec<FieldView>,
    wants: Vec<FieldView>,
    limits: Vec<FieldView>,
    unset: bool,
    chooses: bool,
    try_out: TryView,
}

/// A form in the making.
pub(super) struct Draft<'a> {
    pub(super) portal: &'a Portal,
    pub(super) tenant: &'a Tenant,
    pub(super) description: Description,
    pub(super) general: General,
    pub(super) known: Known,
    pub(super) own: Vec<Placed>,
}

/// Where it goes, and what it carries along.
pub(super) struct Around {
    pub(super) frame: Frame,
    pub(super) action: String,
    pub(super) back: String,
    /// The row's version; empty: a new one.
    pub(super) version: String,
    /// What makes a repeated form one call; empty: an old one.
    pub(super) key: String,
    /// Whether the endpoint has no settings yet although its dialect knows some.
    pub(super) unset: bool,
}

/// What came back of a form.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) marks: Marks,
    pub(super) refused: Option<Refused>,
}

impl<'a> Draft<'a> {
    pub(super) async fn of(portal: &'a Portal, tenant: &'a Tenant, is_new: bool) -> Result<Self, Fault> {
        let description = super::description(portal, tenant);
        let mut own = fields::placed(Root::Endpoint, description.endpoint_form);
        // A secret is replaced on the endpoint's page, where the old one goes on for a while.
        own.retain(|placed| is_new || !matches!(placed.field.kind, FieldKind::Secret));
        Ok(Self {
            general: General::of(portal, tenant, &description, is_new).await?,
            known: super::known(portal, tenant, &description).await?,
            portal,
            tenant,
            description,
            own,
        })
    }

    /// Writes the form over a document. Errors: marks.
    pub(super) fn fill(&self, form: &Form, document: &mut Value) -> Result<(), Marks> {
        let words = self.tenant.visit.words;
        let own = fields::fill(words, &self.own, form, document);
        let mut marks = self.general.fill(words, form, document);
        marks.extend(own.err().unwrap_or_default());
        if marks.is_empty() { Ok(()) } else { Err(marks) }
    }

    /// The page.
    pub(super) async fn page(&self, around: Around, source: Source<'_>, faults: Faults) -> Answer {
        let words = self.tenant.visit.words;
        let mut own = fields::views(words, &self.own, source, &self.known);
        let Views { wants, limits } = self.general.views(words, source);
        // The API may name a field of any group.
        let (own_count, wants_count) = (own.len(), wants.len());
        own.extend(wants);
        own.extend(limits);
        fields::mark(&mut own, &faults.marks);
        let refused = faults.refused.as_ref().map(|refused| fields::refuse(words, &mut own, refused));
        let limits = own.split_off(own_count + wants_count);
        let wants = own.split_off(own_count);
        let wrong = refused.is_some() || !faults.marks.is_empty();
        let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let try_out = self.try_view(source).await?;
        let page = Page {
            frame: around.frame,
            action: around.action,
            back: around.back,
            version: around.version,
            key: around.key,
            refused: refused.unwrap_or_default(),
            chooses: self.own.iter().any(|placed| placed.name.starts_with("settings.")),
            own,
            wants,
            limits,
            unset: around.unset,
            try_out,
        };
        page_with(status, &page)
    }

    async fn try_view(&self, source: Source<'_>) -> Result<TryView, Fault> {
        let page = ListPage { limit: MESSAGES, after: None, order: Order::Descending };
        let filter = klingel_store::MessageFilter { with_payload: false, ..Default::default() };
        let app_id = self.tenant.application.id;
        let latest = self.portal.engine().reader().messages(app_id, page, filter).await?.items;
        let form = match source {
            Source::Form(form) => Some(form),
            Source::Document(_) => None,
        };
        let mut view = TryView::of(self.tenant.visit.words, &latest, form);
        if let Some(form) = form.filter(|form| form.one("redraw") == Some("try")) {
            view.result = Some(try_out::result(self, form).await?);
        }
        Ok(view)
    }
}
