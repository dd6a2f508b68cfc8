//! `…/lists/{list}/edit?key=…`: an item is replaced.

use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, StatusCode};
use klingel_engine::keys::sha256;
use serde_json::{Map, Value};

use super::AtList;
use super::create::FormPage;
use crate::Portal;
use crate::answer::{Answer, page_with, see_other};
use crate::door::Posted;
use crate::fault::Fault;
use crate::fields::{self, Source};
use crate::form::Marks;
use crate::management::Refused;

/// The form with what is kept.
pub(super) async fn show(State(portal): State<Portal>, at: AtList) -> Answer {
    let (key, item) = found(&portal, &at).await?;
    form(&portal, &at, (&key, &item), Source::Document(&item), &Marks::new(), None).await
}

async fn found(portal: &Portal, at: &AtList) -> Result<(String, Value), Fault> {
    if at.list.replace { at.item(portal).await } else { Err(Fault::NotFound) }
}

/// What an item is now; items have no version of their own.
fn version(item: &Value) -> String {
    URL_SAFE_NO_PAD.encode(sha256(&[item.to_string().as_bytes()]))
}

async fn form(
    portal: &Portal,
    at: &AtList,
    (key, item): (&str, &Value),
    source: Source<'_>,
    marks: &Marks,
    refused: Option<&Refused>,
) -> Answer {
    let words = at.tenant.visit.words;
    let mut views = fields::views(words, &at.form(), source, &at.known(portal).await?);
    fields::mark(&mut views, marks);
    let left = refused.map(|refused| fields::refuse(words, &mut views, refused));
    let wrong = refused.is_some() || !marks.is_empty();
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let name = item["name"].as_str().unwrap_or(key);
    let page = at.page.iter().map(|page| ("page", page.as_str()));
    let here: Vec<(&str, &str)> = [("key", key)].into_iter().chain(page).collect();
    let page = FormPage {
        frame: at.inner_frame(portal, words.fill("endpoint-edit", "thing", name)),
        action: at.below("edit", &here),
        back: at.href(),
        version: version(item),
        key: String::new(),
        hint: String::new(),
        fields: views,
        refused: left.unwrap_or_default(),
    };
    page_with(status, &page)
}

/// Takes the form.
pub(super) async fn change(State(portal): State<Portal>, posted: Posted<AtList>) -> Answer {
    let Posted { seat: at, form: filled, .. } = posted;
    let (key, item) = found(&portal, &at).await?;
    if filled.one("version") != Some(&version(&item)) {
        return Err(Fault::Changed);
    }
    let (kept, source) = ((key.as_str(), &item), Source::Form(&filled));
    if filled.one("redraw").is_some() {
        return form(&portal, &at, kept, source, &Marks::new(), None).await;
    }
    let mut document = Value::Object(Map::new());
    if let Err(marks) = fields::fill(at.tenant.visit.words, &at.form(), &filled, &mut document) {
        return form(&portal, &at, kept, source, &marks, None).await;
    }
    if let Err(refused) = at.call(&portal, Method::PUT, Some(&key), document).await? {
        return form(&portal, &at, kept, source, &Marks::new(), Some(&refused)).await;
    }
    portal.note(&at.tenant, &at.action("change"), &key).await?;
    see_other(&at.href())
}
