//! `…/lists/{list}/new`: a new item. What is shown only once is shown in the answer to the form.

use askama::Template;
use axum::extract::State;
use http::{Method, StatusCode};
use klingel_engine::deliver::description::Create;
use serde_json::{Map, Value};

use super::AtList;
use super::list::cell;
use crate::Portal;
use crate::answer::{Answer, page, page_with, see_other};
use crate::door::Posted;
use crate::fault::Fault;
use crate::fields::{self, Known, Placed, Root, Source};
use crate::form::{FieldView, Form, Marks};
use crate::frame::Frame;
use crate::management::Refused;

#[derive(Debug, Template)]
#[template(path = "collection/form.html")]
pub(in crate::pages) struct FormPage {
    pub(in crate::pages) frame: Frame,
    pub(in crate::pages) action: String,
    pub(in crate::pages) back: String,
    pub(in crate::pages) version: String,
    pub(in crate::pages) key: String,
    pub(in crate::pages) hint: String,
    pub(in crate::pages) fields: Vec<FieldView>,
    pub(in crate::pages) refused: Vec<String>,
}

#[derive(Debug, Template)]
#[template(path = "collection/made.html")]
struct Made {
    frame: Frame,
    shown: Vec<(String, String)>,
    back: String,
}

/// The field of the key, if people choose it.
fn key_field(at: &AtList) -> Option<Placed> {
    match at.list.create {
        Some(Create::Put(field)) => fields::placed(Root::Document, &[field]).pop(),
        Some(Create::Post) | None => None,
    }
}

/// The empty form.
pub(super) async fn show(State(portal): State<Portal>, at: AtList) -> Answer {
    if at.list.create.is_none() {
        return Err(Fault::NotFound);
    }
    form(&portal, &at, Source::Document(&Value::Null), &Marks::new(), None).await
}

async fn form(
    portal: &Portal,
    at: &AtList,
    source: Source<'_>,
    marks: &Marks,
    refused: Option<&Refused>,
) -> Answer {
    let words = at.tenant.visit.words;
    let all: Vec<Placed> = key_field(at).into_iter().chain(at.form()).collect();
    let mut views = fields::views(words, &all, source, &at.known(portal).await?);
    fields::mark(&mut views, marks);
    let left = refused.map(|refused| fields::refuse(words, &mut views, refused));
    let status = if refused.is_some() || !marks.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let title = words.fill("endpoint-create", "thing", words.of(at.list.item));
    let page = FormPage {
        frame: at.inner_frame(portal, title),
        action: at.below("new", &[]),
        back: at.href(),
        version: String::new(),
        key: portal.new_once(),
        hint: at.list.hint.map(|hint| words.of(hint).to_owned()).unwrap_or_default(),
        fields: views,
        refused: left.unwrap_or_default(),
    };
    page_with(status, &page)
}

/// Takes the form.
pub(super) async fn make(State(portal): State<Portal>, posted: Posted<AtList>) -> Answer {
    let Posted { seat: at, form: filled, .. } = posted;
    let words = at.tenant.visit.words;
    let create = at.list.create.ok_or(Fault::NotFound)?;
    let source = Source::Form(&filled);
    if filled.one("redraw").is_some() {
        return form(&portal, &at, source, &Marks::new(), None).await;
    }
    let mut document = Value::Object(Map::new());
    let mut marks = fields::fill(words, &at.form(), &filled, &mut document).err().unwrap_or_default();
    let key = match key(&at, &filled) {
        Ok(key) => key,
        Err(wrong) => {
            marks.extend(wrong);
            None
        }
    };
    if !marks.is_empty() {
        return form(&portal, &at, source, &marks, None).await;
    }
    if let (Create::Put(field), Some(key)) = (create, &key)
        && at.has(&portal, key).await?
    {
        let marks = Marks::from([(field.name.to_owned(), (words.t("list-taken"), String::new()))]);
        return form(&portal, &at, source, &marks, None).await;
    }
    // Before the call: whoever sends the form twice must not get two keys.
    let action = format!("{} {}", at.tenant.application.id, at.action("create"));
    if !portal.is_first(at.tenant.environment_id(), &action, &filled).await? {
        return Err(Fault::Conflict("this form has been sent already".to_owned()));
    }
    let method = if key.is_some() { Method::PUT } else { Method::POST };
    match at.call(&portal, method, key.as_deref(), document).await? {
        Err(refused) => form(&portal, &at, source, &Marks::new(), Some(&refused)).await,
        Ok(made) => {
            let key = key.or_else(|| at.key_of(&made)).unwrap_or_default();
            portal.note(&at.tenant, &at.action("create"), &key).await?;
            done(&portal, &at, &made)
        }
    }
}

/// The key as it was filled in; `None` if the server chooses it. Errors: a mark.
fn key(at: &AtList, filled: &Form) -> Result<Option<String>, Marks> {
    let Some(placed) = key_field(at) else { return Ok(None) };
    let mut document = Value::Null;
    fields::fill(at.tenant.visit.words, std::slice::from_ref(&placed), filled, &mut document)?;
    Ok(match fields::at(&document, &placed.name) {
        Value::String(key) => Some(key.clone()),
        Value::Number(key) => Some(key.to_string()),
        _ => None,
    })
}

fn done(portal: &Portal, at: &AtList, made: &Value) -> Answer {
    if at.list.reveal_once.is_empty() {
        return see_other(&at.href());
    }
    let words = at.tenant.visit.words;
    let known = Known::default();
    let shown = at
        .list
        .reveal_once
        .iter()
        .map(|column| (words.of(column.label).to_owned(), cell(words, column, made, &known).text));
    page(&Made {
        frame: at.inner_frame(portal, words.of(at.list.item).to_owned()),
        shown: shown.collect(),
        back: at.href(),
    })
}
