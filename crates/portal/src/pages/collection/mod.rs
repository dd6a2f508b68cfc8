//! `/portal/apps/{app_id}/lists/{list}/…`: a dialect's own lists (API keys, sites), from its description alone.
//!
//! `?of=` names the item of the parent to which a list belongs, `?page=` the page of a long list, `?key=` an item.

use axum::extract::{FromRequestParts, State};
use axum::routing::get;
use http::Method;
use http::request::Parts;
use klingel_engine::deliver::description::{Collection, Shown};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::Routes;
use crate::Portal;
use crate::answer::{Answer, see_other};
use crate::asked::Asked;
use crate::door::{Seat, Tenant, Visit};
use crate::fault::Fault;
use crate::fields::{self, Known, Placed, Root};
use crate::frame::{Frame, Tab};
use crate::management::{Call, Managed};

mod create;
mod delete;
mod list;
mod replace;

pub(super) use create::FormPage;

/// Pages that are searched for an item's key before it is made anew.
const PAGES_MAX: usize = 50;

/// Which path leads to which page.
pub(super) fn routes() -> Routes {
    vec![
        ("/portal/apps/{app_id}/lists", get(first)),
        ("/portal/apps/{app_id}/lists/{list}", get(list::show)),
        ("/portal/apps/{app_id}/lists/{list}/new", get(create::show).post(create::make)),
        ("/portal/apps/{app_id}/lists/{list}/edit", get(replace::show).post(replace::change)),
        ("/portal/apps/{app_id}/lists/{list}/delete", get(delete::show).post(delete::delete)),
    ]
}

/// Leads to the first list, if the dialect has one.
async fn first(State(portal): State<Portal>, tenant: Tenant) -> Answer {
    let description = portal.description(&tenant.application.dialect);
    let first = description.collections.iter().find(|list| list.parent.is_none()).ok_or(Fault::NotFound)?;
    see_other(&format!("{}/lists/{}", tenant.base(), crate::frame::list_name(first)))
}

/// Somebody who may see the list in the path.
#[derive(Debug)]
pub(super) struct AtList {
    tenant: Tenant,
    list: &'static Collection,
    /// The key of the parent's item.
    of: Option<String>,
    /// The page of the list.
    page: Option<String>,
    /// The key of an item.
    key: Option<String>,
}

impl Seat for AtList {
    fn visit(&self) -> &Visit {
        &self.tenant.visit
    }
}

impl FromRequestParts<Portal> for AtList {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Fault> {
        let tenant = Tenant::from_request_parts(parts, portal).await?;
        let name = crate::door::named(parts, "list").await?;
        let Ok(asked) = Asked::from_request_parts(parts, portal).await;
        let description = portal.description(&tenant.application.dialect);
        let list = description.collections.iter().find(|list| crate::frame::list_name(list) == name);
        let list = list.ok_or(Fault::NotFound)?;
        let asked = |name: &str| asked.one(name).map(str::to_owned);
        let of = asked("of");
        if list.parent.is_some() != of.is_some() {
            return Err(Fault::NotFound);
        }
        Ok(Self { tenant, list, of, page: asked("page"), key: asked("key") })
    }
}

impl AtList {
    /// The list's own page.
    fn href(&self) -> String {
        format!("{}{}", self.base(), self.query(&[]))
    }

    fn base(&self) -> String {
        format!("{}/lists/{}", self.tenant.base(), crate::frame::list_name(self.list))
    }

    /// A page of the list's, such as `new`.
    fn below(&self, page: &str, more: &[(&str, &str)]) -> String {
        format!("{}/{page}{}", self.base(), self.query(more))
    }

    fn query(&self, more: &[(&str, &str)]) -> String {
        let of = self.of.iter().map(|of| ("of", of.as_str()));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(of.chain(more.iter().copied()));
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }

    /// The API's path of the list, or of an item.
    fn api_path(&self, key: Option<&str>) -> String {
        let application = &self.tenant.application;
        let parent = encoded(self.of.as_deref().unwrap_or_default());
        let list = self.list.path.replace("{parent}", &parent);
        let item = key.map_or_else(String::new, |key| format!("/{}", encoded(key)));
        format!("/api/v1/app/{}/{}/{list}{item}", application.id, application.dialect)
    }

    async fn call(
        &self,
        portal: &Portal,
        method: Method,
        key: Option<&str>,
        body: Value,
    ) -> Result<Managed, Fault> {
        let path = self.api_path(key);
        let call = Call { method, path: &path, body, idempotency_key: None };
        portal.call(self.tenant.environment_id(), call).await
    }

    /// A page of the list: its items, and where the next one begins.
    async fn items(
        &self,
        portal: &Portal,
        page: Option<&str>,
    ) -> Result<(Vec<Value>, Option<String>), Fault> {
        let mut path = self.api_path(None);
        if let Some(page) = page.filter(|_| self.list.pages) {
            path = format!("{path}?iterator={}", encoded(page));
        }
        let call = Call { method: Method::GET, path: &path, body: Value::Null, idempotency_key: None };
        let answer = portal.call(self.tenant.environment_id(), call).await?;
        let answer = answer.map_err(|refused| Fault::Conflict(refused.sentence.unwrap_or_default()))?;
        let next = answer["iterator"].as_str().filter(|_| self.list.pages).map(str::to_owned);
        let items = answer.pointer(self.list.items).and_then(Value::as_array).cloned();
        Ok((items.unwrap_or_default(), next))
    }

    /// The item of this key, on the page that the address names.
    async fn item(&self, portal: &Portal) -> Result<(String, Value), Fault> {
        let key = self.key.clone().ok_or(Fault::NotFound)?;
        let (items, _) = self.items(portal, self.page.as_deref()).await?;
        let found = items.into_iter().find(|item| self.key_of(item).as_deref() == Some(&key));
        found.map(|item| (key, item)).ok_or(Fault::NotFound)
    }

    /// Whether there is an item of this key.
    async fn has(&self, portal: &Portal, key: &str) -> Result<bool, Fault> {
        let mut page = None;
        for _ in 0..PAGES_MAX {
            let (items, next) = self.items(portal, page.as_deref()).await?;
            if items.iter().any(|item| self.key_of(item).as_deref() == Some(key)) {
                return Ok(true);
            }
            page = next;
            if page.is_none() {
                return Ok(false);
            }
        }
        Ok(false)
    }

    fn key_of(&self, item: &Value) -> Option<String> {
        match item.pointer(self.list.key)? {
            Value::String(key) => Some(key.clone()),
            Value::Number(key) => Some(key.to_string()),
            _ => None,
        }
    }

    fn form(&self) -> Vec<Placed> {
        fields::placed(Root::Document, self.list.form)
    }

    /// Records that the form and the table name.
    async fn known(&self, portal: &Portal) -> Result<Known, Fault> {
        let mut kinds = fields::records::kinds(self.list.form);
        kinds.extend(self.list.columns.iter().filter_map(|column| match column.shown {
            Shown::Record(kind) => Some(kind),
            _ => None,
        }));
        portal.known(self.tenant.application.id, &kinds).await
    }

    fn frame(&self, portal: &Portal, title: String) -> Frame {
        let description = portal.description(&self.tenant.application.dialect);
        let parent = description.collections.iter().find(|list| Some(list.path) == self.list.parent);
        let tab = Tab::Collection(parent.unwrap_or(self.list).path.to_owned());
        let frame = Frame::tenant(portal, &self.tenant, &tab, title);
        match parent {
            Some(parent) => {
                let href = format!("{}/lists/{}", self.tenant.base(), crate::frame::list_name(parent));
                let label = self.tenant.visit.words.of(parent.title).to_owned();
                frame.below(href, label)
            }
            None => frame,
        }
    }

    /// A page below the list's own.
    fn inner_frame(&self, portal: &Portal, title: String) -> Frame {
        let label = self.tenant.visit.words.of(self.list.title).to_owned();
        self.frame(portal, title).below(self.href(), label)
    }

    /// What the audit log calls something that was done here.
    fn action(&self, verb: &str) -> String {
        format!("{}.{verb}", crate::frame::list_name(self.list))
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
