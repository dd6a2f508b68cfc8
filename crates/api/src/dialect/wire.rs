//! Dialects on the wire.

use klingel_engine::deliver::Dialect;
use klingel_engine::deliver::description::{
    Choice, Collection, Column, Conditions, Create, Field, FieldKind, Shown, Words,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A text in both languages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WordsOut {
    /// German.
    de: &'static str,
    /// English.
    en: &'static str,
}

/// A dialect.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DialectOut {
    /// Its name, as in `dialect` of an application.
    name: &'static str,
    /// Its name for people.
    title: WordsOut,
    /// Where its endpoints are found in the vendor's own product, outermost first.
    place: Vec<WordsOut>,
    /// What an endpoint is called there.
    endpoint: WordsOut,
    /// Whether requests are signed.
    signs: bool,
    /// What an endpoint's owner fills in: fields of the endpoint's `settings`, or of the endpoint itself where the name
    /// begins with a dot.
    endpoint_form: Vec<FieldOut>,
    /// What an application's owner fills in.
    application_form: Vec<FieldOut>,
    /// Where that is read (`GET`) and written (`PUT`), below `/api/v1/app/{app_id}/{name}/`.
    application_path: Option<&'static str>,
    /// Lists that an application's owner looks after.
    collections: Vec<CollectionOut>,
    /// How many of an endpoint's latest requests the vendor's own log of it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_rows: Option<usize>,
}

/// A field of a form.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FieldOut {
    /// Its name in the JSON document.
    name: &'static str,
    /// What stands beside it.
    label: WordsOut,
    /// A sentence of help.
    hint: Option<WordsOut>,
    /// What can be filled in: `text`, `url`, `switch`, `number`, `one`, `some`, `oneRecord`, `oneNumberedRecord`,
    /// `someRecords`, `numbers`, `addresses`, `days`, `labelled`, `secret`, `filter`, `conditions` or `json`.
    kind: &'static str,
    /// Whether it must be filled in.
    required: bool,
    /// Smallest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<i64>,
    /// Greatest number; most characters, items or bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<i64>,
    /// What can be chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<ChoiceOut>,
    /// The kind of records that can be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    record_kind: Option<&'static str>,
    /// How conditions are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    conditions: Option<ConditionsOut>,
}

/// A value to choose.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChoiceOut {
    /// In the JSON document.
    value: &'static str,
    /// For people.
    label: WordsOut,
}

/// How conditions are made: `{"combine", "rows": [{"field", "operator", "value"}]}`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConditionsOut {
    /// How rows are combined.
    combine: Vec<ChoiceOut>,
    /// Fields to choose from; others can be typed in.
    fields: Vec<ChoiceOut>,
    /// Operators.
    operators: Vec<ChoiceOut>,
    /// Operators that take no value.
    without_value: &'static [&'static str],
    /// Most rows.
    rows_max: usize,
}

/// A list that an application's owner looks after.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CollectionOut {
    /// Its path below `/api/v1/app/{app_id}/{name}/`; `{parent}` stands for the key of an item of `parent`.
    path: &'static str,
    /// The path of the list to whose items this one belongs.
    parent: Option<&'static str>,
    /// What it is called.
    title: WordsOut,
    /// What one item is called.
    item: WordsOut,
    /// A sentence of help.
    hint: Option<WordsOut>,
    /// What stands there while there is nothing in it.
    empty: WordsOut,
    /// JSON pointer to the items in the answer; empty: the answer is the list.
    items: &'static str,
    /// Whether the list comes in pages, by `iterator`.
    pages: bool,
    /// JSON pointer within an item to its key.
    key: &'static str,
    /// What a table shows of an item.
    columns: Vec<ColumnOut>,
    /// What is filled in.
    form: Vec<FieldOut>,
    /// How an item is made: `POST` to the path, `PUT` to the path and a key that is filled in, or not here.
    create: Option<&'static str>,
    /// The field in which the key is filled in.
    key_field: Option<FieldOut>,
    /// Whether an item is replaced by `PUT`.
    replace: bool,
    /// What removing an item by `DELETE` is called; absent: not here.
    delete: Option<WordsOut>,
    /// What the answer to a creation shows once and never again.
    reveal_once: Vec<ColumnOut>,
}

/// Something that is shown of an item.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ColumnOut {
    /// JSON pointer within the item.
    pointer: &'static str,
    /// What stands above or beside it.
    label: WordsOut,
    /// How it is to be read: `plain`, `instant`, `choice`, `record` or `url`.
    shown: &'static str,
    /// Words of values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<ChoiceOut>,
    /// The kind of the record whose name is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    record_kind: Option<&'static str>,
}

fn words(words: &Words) -> WordsOut {
    WordsOut { de: words.de, en: words.en }
}

fn choices(choices: &[Choice]) -> Vec<ChoiceOut> {
    choices.iter().map(|choice| ChoiceOut { value: choice.value, label: words(&choice.label) }).collect()
}

impl DialectOut {
    /// What a dialect says of itself.
    pub(crate) fn of(dialect: &dyn Dialect) -> Self {
        let description = dialect.description();
        let path = description.application_path;
        Self {
            name: dialect.name(),
            title: words(&description.title),
            place: description.place.iter().map(words).collect(),
            endpoint: words(&description.endpoint),
            signs: description.signs,
            endpoint_form: description.endpoint_form.iter().map(FieldOut::of).collect(),
            application_form: description.application_form.iter().map(FieldOut::of).collect(),
            application_path: (!path.is_empty()).then_some(path),
            collections: description.collections.iter().map(CollectionOut::of).collect(),
            log_rows: description.log_rows,
        }
    }
}

impl FieldOut {
    fn of(field: &Field) -> Self {
        let most = |max: usize| Some(i64::try_from(max).unwrap_or(i64::MAX));
        let mut out = Self {
            name: field.name,
            label: words(&field.label),
            hint: field.hint.as_ref().map(words),
            kind: "",
            required: field.required,
            min: None,
            max: None,
            choices: Vec::new(),
            record_kind: None,
            conditions: None,
        };
        out.kind = match field.kind {
            FieldKind::Text(max) => {
                out.max = most(max);
                "text"
            }
            FieldKind::Url => "url",
            FieldKind::Switch => "switch",
            FieldKind::Number(min, max) => {
                (out.min, out.max) = (Some(min), Some(max));
                "number"
            }
            FieldKind::Days(min, max) => {
                (out.min, out.max) = (Some(min), Some(max));
                "days"
            }
            FieldKind::One(all) => {
                out.choices = choices(all);
                "one"
            }
            FieldKind::Some(all) => {
                out.choices = choices(all);
                "some"
            }
            FieldKind::OneRecord(kind) => {
                out.record_kind = Some(kind);
                "oneRecord"
            }
            FieldKind::OneNumberedRecord(kind) => {
                out.record_kind = Some(kind);
                "oneNumberedRecord"
            }
            FieldKind::SomeRecords(kind) => {
                out.record_kind = Some(kind);
                "someRecords"
            }
            FieldKind::Numbers(max) => {
                out.max = most(max);
                "numbers"
            }
            FieldKind::Addresses => "addresses",
            FieldKind::Labelled => "labelled",
            FieldKind::Secret => "secret",
            FieldKind::Filter => "filter",
            FieldKind::Conditions(conditions) => {
                out.conditions = Some(ConditionsOut::of(conditions));
                "conditions"
            }
            FieldKind::Json(max) => {
                out.max = most(max);
                "json"
            }
        };
        out
    }
}

impl ConditionsOut {
    fn of(conditions: &Conditions) -> Self {
        Self {
            combine: choices(conditions.combine),
            fields: choices(conditions.fields),
            operators: choices(conditions.operators),
            without_value: conditions.without_value,
            rows_max: conditions.rows_max,
        }
    }
}

impl CollectionOut {
    fn of(list: &Collection) -> Self {
        let (create, key_field) = match &list.create {
            None => (None, None),
            Some(Create::Post) => (Some("POST"), None),
            Some(Create::Put(field)) => (Some("PUT"), Some(FieldOut::of(field))),
        };
        Self {
            path: list.path,
            parent: list.parent,
            title: words(&list.title),
            item: words(&list.item),
            hint: list.hint.as_ref().map(words),
            empty: words(&list.empty),
            items: list.items,
            pages: list.pages,
            key: list.key,
            columns: list.columns.iter().map(ColumnOut::of).collect(),
            form: list.form.iter().map(FieldOut::of).collect(),
            create,
            key_field,
            replace: list.replace,
            delete: list.delete.as_ref().map(words),
            reveal_once: list.reveal_once.iter().map(ColumnOut::of).collect(),
        }
    }
}

impl ColumnOut {
    fn of(column: &Column) -> Self {
        let (shown, known, record_kind) = match column.shown {
            Shown::Plain => ("plain", Vec::new(), None),
            Shown::Instant => ("instant", Vec::new(), None),
            Shown::Choice(all) => ("choice", choices(all), None),
            Shown::Record(kind) => ("record", Vec::new(), Some(kind)),
            Shown::Url => ("url", Vec::new(), None),
        };
        Self { pointer: column.pointer, label: words(&column.label), shown, choices: known, record_kind }
    }
}
