//! What a dialect says of itself as data: the portal draws it, the API lists it.

/// A text in both languages. German addresses people formally.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Words {
    /// German.
    pub de: &'static str,
    /// English.
    pub en: &'static str,
}

/// A dialect for people.
#[derive(Debug, Clone, Default)]
pub struct Description {
    /// Its name.
    pub title: Words,
    /// Where its endpoints are found in the vendor's own product, outermost first.
    pub place: &'static [Words],
    /// What an endpoint is called there.
    pub endpoint: Words,
    /// What an endpoint's owner fills in, in this order. Names are those of the endpoint's `settings`, or of the
    /// endpoint itself where they begin with a dot (`.url`).
    pub endpoint_form: &'static [Field],
    /// What an application's owner fills in.
    pub application_form: &'static [Field],
    /// Where those settings are read (`GET`) and written (`PUT`, the whole document): a path below
    /// `/api/v1/app/{app_id}/<dialect>/`. Empty without `application_form`.
    pub application_path: &'static str,
    /// Whether requests are signed.
    pub signs: bool,
    /// What else an application's owner looks after, a list each.
    pub collections: &'static [Collection],
    /// The vendor's own test of an endpoint; `None`: an example of an event type is sent.
    pub test: Option<Test>,
    /// How many of an endpoint's latest requests its log shows there; `None`: as many as there are, page by page.
    pub log_rows: Option<usize>,
}

/// The vendor's own test of an endpoint, by an operation of the management API.
#[derive(Debug, Clone, Copy)]
pub struct Test {
    /// Its path below `/api/v1/app/{app_id}/<dialect>/`: `POST`, with `{endpoint}` for the endpoint's id. The answer's
    /// `id` is that of the attempt.
    pub path: &'static str,
    /// What its document is called, for the person who presses the button.
    pub label: Words,
    /// A sentence of help.
    pub hint: Words,
    /// A document to begin with: JSON text.
    pub example: &'static str,
}

/// A list that an application's owner looks after: API keys, sites. All paths lie below
/// `/api/v1/app/{app_id}/<dialect>/`, and every call is that of the management API.
#[derive(Debug, Clone, Copy)]
pub struct Collection {
    /// Its path: `GET` lists it. `{parent}` in it stands for the key of an item of `parent`.
    pub path: &'static str,
    /// The `path` of the collection to whose items this one belongs; `None`: to the application.
    pub parent: Option<&'static str>,
    /// What it is called.
    pub title: Words,
    /// What one item is called.
    pub item: Words,
    /// A sentence of help.
    pub hint: Option<Words>,
    /// What stands there while there is nothing in it.
    pub empty: Words,
    /// JSON pointer (RFC 6901) to the array in the list's answer; empty: the answer is the array.
    pub items: &'static str,
    /// Whether the list comes in pages: the answer's `iterator` (a text, `null` at the end) is the query parameter
    /// `iterator` of the next page.
    pub pages: bool,
    /// JSON pointer within an item to its key: the last part of its own path, `{path}/{key}`. A text or a number.
    pub key: &'static str,
    /// What a table shows of an item, in this order.
    pub columns: &'static [Column],
    /// What is filled in. Fields that are not required are left out of the document when they are empty.
    pub form: &'static [Field],
    /// How an item is made; `None`: not here.
    pub create: Option<Create>,
    /// Whether an item is replaced by `PUT {path}/{key}` with the form's document.
    pub replace: bool,
    /// What removing an item by `DELETE {path}/{key}` is called; `None`: not here.
    pub delete: Option<Words>,
    /// Fields of the answer to a creation that are shown this once and never again, with their words.
    pub reveal_once: &'static [Column],
}

/// How an item of a collection is made.
#[derive(Debug, Clone, Copy)]
pub enum Create {
    /// `POST {path}` with the form's document: the server chooses the key.
    Post,
    /// `PUT {path}/{key}` with the form's document: the key is filled in, in this field, which is no part of the
    /// document.
    Put(Field),
}

/// Something that is shown of an item.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// JSON pointer within the item.
    pub pointer: &'static str,
    /// What stands above or beside it.
    pub label: Words,
    /// How it is to be read.
    pub shown: Shown,
}

/// How a value of an item is to be read.
#[derive(Debug, Clone, Copy)]
pub enum Shown {
    /// A text or a number, or an array of them; absent and `null` are empty.
    Plain,
    /// An instant, as RFC 3339 writes it; absent and `null` are empty.
    Instant,
    /// One of these, or an array of them, shown by their words.
    Choice(&'static [Choice]),
    /// The key of a record of this kind, shown by the record's `name` if there is one.
    Record(&'static str),
    /// A URL.
    Url,
}

/// A field of a form.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in the JSON document.
    pub name: &'static str,
    /// What stands beside it.
    pub label: Words,
    /// A sentence of help.
    pub hint: Option<Words>,
    /// What can be filled in.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub required: bool,
}

/// What can be filled into a field.
#[derive(Debug, Clone, Copy)]
pub enum FieldKind {
    /// A line of text of at most so many characters.
    Text(usize),
    /// An `http` or `https` URL.
    Url,
    /// Yes or no.
    Switch,
    /// A whole number in these bounds.
    Number(i64, i64),
    /// One of these.
    One(&'static [Choice]),
    /// Any of these.
    Some(&'static [Choice]),
    /// One of the application's records of this kind: its key, as a text. People see the record's `name`.
    OneRecord(&'static str),
    /// The same, and the key is a number in the JSON document.
    OneNumberedRecord(&'static str),
    /// Any of the application's records of this kind, by key.
    SomeRecords(&'static str),
    /// Whole numbers from 0, at most so many: an array.
    Numbers(usize),
    /// IPv4 addresses separated by `;`, or `*` for every address: a text.
    Addresses,
    /// A number of days in these bounds; empty (left out, or `null` in settings): no end.
    Days(i64, i64),
    /// Texts by label: an object of texts, numbers and booleans.
    Labelled,
    /// A secret, shown only on request.
    Secret,
    /// A filter document of the house.
    Filter,
    /// Conditions in the dialect's own words.
    Conditions(&'static Conditions),
    /// A JSON document in a text of at most so many bytes.
    Json(usize),
}

/// Conditions in rows: `{"combine": …, "rows": [{"field", "operator", "value"}, …]}`; left out when there is no row.
#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    /// How rows are combined.
    pub combine: &'static [Choice],
    /// Fields to choose from; others can be typed in.
    pub fields: &'static [Choice],
    /// Operators.
    pub operators: &'static [Choice],
    /// Operators that take no value: it is left out.
    pub without_value: &'static [&'static str],
    /// Most rows.
    pub rows_max: usize,
}

/// A value to choose, with its words.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// In the JSON document.
    pub value: &'static str,
    /// For people.
    pub label: Words,
}
