//! `…/lists/{list}`: the items.

use askama::Template;
use axum::extract::State;
use klingel_engine::deliver::description::{Choice, Column, Shown};
use klingel_model::Micros;
use serde_json::Value;

use super::AtList;
use crate::Portal;
use crate::answer::{Answer, page};
use crate::fields::Known;
use crate::frame::Frame;
use crate::show::time::Moment;
use crate::words::Words;

/// Items that one page shows; a list without pages is cut there.
const ROWS_MAX: usize = 500;

#[derive(Debug, Template)]
#[template(path = "collection/list.html")]
struct Page {
    frame: Frame,
    place: String,
    hint: String,
    empty: String,
    create: Option<(String, String)>,
    columns: Vec<String>,
    rows: Vec<Row>,
    cut: bool,
    next: Option<String>,
}

#[derive(Debug)]
struct Row {
    cells: Vec<Cell>,
    /// What people call it, for links that are read alone.
    name: String,
    edit: Option<String>,
    delete: Option<(String, String)>,
    children: Vec<(String, String)>,
}

/// A value for people.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) at: Option<Moment>,
}

/// The list.
pub(super) async fn show(State(portal): State<Portal>, at: AtList) -> Answer {
    let words = at.tenant.visit.words;
    let (mut items, next) = at.items(&portal, at.page.as_deref()).await?;
    let cut = items.len() > ROWS_MAX;
    items.truncate(ROWS_MAX);
    let known = at.known(&portal).await?;
    let description = portal.description(&at.tenant.application.dialect);
    let children: Vec<_> =
        description.collections.iter().filter(|list| list.parent == Some(at.list.path)).collect();
    let rows = items.iter().map(|item| {
        let key = at.key_of(item).unwrap_or_default();
        let page = at.page.as_deref();
        let cells: Vec<Cell> =
            at.list.columns.iter().map(|column| cell(words, column, item, &known)).collect();
        let here: Vec<(&str, &str)> =
            [("key", key.as_str())].into_iter().chain(page.map(|page| ("page", page))).collect();
        Row {
            name: item["name"].as_str().map_or_else(|| key.clone(), str::to_owned),
            edit: at.list.replace.then(|| at.below("edit", &here)),
            delete: at.list.delete.map(|word| (at.below("delete", &here), words.of(word).to_owned())),
            children: children
                .iter()
                .map(|list| {
                    let name = crate::frame::list_name(list);
                    let of = super::encoded(&key);
                    (format!("{}/lists/{name}?of={of}", at.tenant.base()), words.of(list.title).to_owned())
                })
                .collect(),
            cells,
        }
    });
    let label = words.fill("endpoint-create", "thing", words.of(at.list.item));
    page(&Page {
        rows: rows.collect(),
        place: description.place.iter().map(|step| words.of(*step)).collect::<Vec<_>>().join(" › "),
        hint: at.list.hint.map(|hint| words.of(hint).to_owned()).unwrap_or_default(),
        empty: words.of(at.list.empty).to_owned(),
        create: at.list.create.map(|_| (at.below("new", &[]), label)),
        columns: at.list.columns.iter().map(|column| words.of(column.label).to_owned()).collect(),
        next: next.map(|next| format!("{}{}", at.base(), at.query(&[("page", &next)]))),
        frame: at.frame(&portal, words.of(at.list.title).to_owned()),
        cut,
    })
}

/// What stands in a column.
pub(super) fn cell(words: Words, column: &Column, item: &Value, known: &Known) -> Cell {
    let value = item.pointer(column.pointer).unwrap_or(&Value::Null);
    if let (Shown::Instant, Some(text)) = (column.shown, value.as_str()) {
        return match Micros::parse_rfc3339(text) {
            Some(at) => Cell { text: String::new(), at: Some(Moment::of(words, at)) },
            None => Cell { text: text.to_owned(), at: None },
        };
    }
    let one = |value: &Value| -> String {
        let plain = match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        match column.shown {
            Shown::Choice(choices) => label(words, choices, &plain),
            Shown::Record(kind) => known.name(kind, &plain).to_owned(),
            Shown::Plain | Shown::Instant | Shown::Url => plain,
        }
    };
    let text = match value {
        Value::Array(values) => values.iter().map(one).collect::<Vec<_>>().join(", "),
        value => one(value),
    };
    Cell { text, at: None }
}

fn label(words: Words, choices: &[Choice], value: &str) -> String {
    let choice = choices.iter().find(|choice| choice.value == value);
    choice.map_or_else(|| value.to_owned(), |choice| words.of(choice.label).to_owned())
}
