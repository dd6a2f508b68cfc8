//! `…/lists/{list}/delete?key=…`: asks once more, then removes an item.

use askama::Template;
use axum::extract::State;
use http::Method;
use serde_json::Value;

use super::AtList;
use super::list::cell;
use crate::Portal;
use crate::answer::{Answer, page, see_other};
use crate::door::Posted;
use crate::fault::Fault;
use crate::frame::Frame;

#[derive(Debug, Template)]
#[template(path = "collection/delete.html")]
struct Page {
    frame: Frame,
    facts: Vec<(String, String)>,
    verb: String,
    action: String,
    back: String,
}

/// What would be lost.
pub(super) async fn show(State(portal): State<Portal>, at: AtList) -> Answer {
    let verb = at.list.delete.ok_or(Fault::NotFound)?;
    let (key, item) = at.item(&portal).await?;
    let words = at.tenant.visit.words;
    let known = at.known(&portal).await?;
    let facts = at.list.columns.iter().filter_map(|column| {
        let cell = cell(words, column, &item, &known);
        let text = cell.at.map_or(cell.text, |at| at.text);
        (!text.is_empty()).then(|| (words.of(column.label).to_owned(), text))
    });
    let page_now = at.page.iter().map(|page| ("page", page.as_str()));
    let here: Vec<(&str, &str)> = [("key", key.as_str())].into_iter().chain(page_now).collect();
    let name = item["name"].as_str().unwrap_or(&key);
    page(&Page {
        facts: facts.collect(),
        frame: at.inner_frame(&portal, format!("{}: {name}", words.of(verb))),
        verb: words.of(verb).to_owned(),
        action: at.below("delete", &here),
        back: at.href(),
    })
}

/// Removes it.
pub(super) async fn delete(State(portal): State<Portal>, posted: Posted<AtList>) -> Answer {
    let at = posted.seat;
    if at.list.delete.is_none() {
        return Err(Fault::NotFound);
    }
    let (key, _) = at.item(&portal).await?;
    if let Err(refused) = at.call(&portal, Method::DELETE, Some(&key), Value::Null).await? {
        return Err(Fault::Conflict(refused.sentence.unwrap_or_default()));
    }
    portal.note(&at.tenant, &at.action("delete"), &key).await?;
    see_other(&at.href())
}
