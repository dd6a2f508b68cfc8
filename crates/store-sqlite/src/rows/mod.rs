//! Rows and the nouns they stand for.

pub(crate) mod attempt;
pub(crate) mod catalog;
pub(crate) mod endpoint;
pub(crate) mod message;
pub(crate) mod once;
pub(crate) mod secrets;

use klingel_model::id::Kind;
use klingel_model::{ChannelName, EventTypeName, Id, InvalidName, Micros, Uid};
use rusqlite::Row;

use crate::fault::{Fault, corrupt};

/// Between the names of a list; no name holds it.
const SEPARATOR: char = ',';

/// Column `column` as an id.
pub(crate) fn id<K: Kind>(row: &Row<'_>, column: usize) -> rusqlite::Result<Id<K>> {
    Ok(Id::from_bytes(row.get(column)?))
}

/// Column `column` as a number that is never negative.
pub(crate) fn count_at(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

/// Column `column` as an instant.
pub(crate) fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Micros> {
    Ok(Micros::from_unix_us(row.get(column)?))
}

/// Column `column` as an instant, if it has one.
pub(crate) fn instant_or_null(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Micros>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Micros::from_unix_us))
}

/// Column `column` as a uid, if it has one.
pub(crate) fn uid_or_null(row: &Row<'_>, column: usize) -> Result<Option<Uid>, Fault> {
    let text = row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    text.map(|text| Uid::new(text).map_err(|error| corrupt("a uid", error))).transpose()
}

/// Column `column` as the name of an event type.
pub(crate) fn event_type(row: &Row<'_>, column: usize) -> Result<EventTypeName, Fault> {
    let text = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    EventTypeName::new(text).map_err(|error| corrupt("an event type", error))
}

/// Names, one behind the other.
pub(crate) fn joined<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for name in names {
        if !text.is_empty() {
            text.push(SEPARATOR);
        }
        text.push_str(name);
    }
    text
}

/// The names in a text that [`joined`] made.
pub(crate) fn split<T>(text: &str, name: impl Fn(&str) -> Result<T, InvalidName>) -> Result<Vec<T>, Fault> {
    parts(text).map(|part| name(part).map_err(|error| corrupt("a list of names", error))).collect()
}

/// Whether a text that [`joined`] made holds this channel.
pub(crate) fn holds_channel(text: Option<&str>, wanted: &ChannelName) -> bool {
    parts(text.unwrap_or_default()).any(|part| part == wanted.as_str())
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(SEPARATOR).filter(|part| !part.is_empty())
}

/// JSON text of marks.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("maps of texts and lists of numbers always have a JSON form")
}

/// The value of JSON text that [`to_json`] made, in `table`.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(table: &str, text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| corrupt(table, error))
}
