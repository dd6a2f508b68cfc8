//! What an account keeps: sites, groups, members, visits, API clients, settings.

use klingel_model::{AppId, Micros};
use klingel_store::{Expected, Order, Page, Record, RecordChange, Store};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::fields::Fields;
use super::problem::Problem;

pub(super) mod account;
pub(super) mod client;
pub(super) mod group;
pub(super) mod member;
pub(super) mod site;
pub(super) mod visit;

/// Records of a kind that are listed at once, unless the kind has a smaller limit.
pub(super) const LISTED_MAX: usize = 1000;

/// A document and where it lies.
pub(super) trait Document: Serialize + DeserializeOwned {
    /// The record's kind.
    const KIND: &'static str;
    /// What it is called in errors.
    const WHAT: &'static str;
    /// The record's key.
    fn key(&self) -> String;
    /// With which others it is listed.
    fn partition(&self) -> String {
        String::new()
    }
    /// The instant by which it is listed. Things without one are listed by number.
    fn at(&self) -> Micros;
}

/// A document that an operator numbers himself.
pub(super) trait Numbered: Document + Send + Sync + 'static {
    /// Most of them in an account.
    const MAX: usize;
    /// Reads one with this number; notes in `fields` what is wrong.
    fn read(id: i64, fields: &mut Fields) -> Option<Self>;
}

/// A document that was read, with the version that a change expects.
#[derive(Debug)]
pub(super) struct Found<D> {
    /// The document.
    pub(super) document: D,
    /// Its version.
    pub(super) version: Micros,
}

/// Reads what a record holds.
pub(super) fn open<D: Document>(record: &Record) -> Result<D, Problem> {
    // The parser's own sentence repeats values, which may be a visitor's.
    serde_json::from_str(&record.document).map_err(|error| {
        let column = error.column();
        Problem::Internal(format!("the record {} {} cannot be read at column {column}", D::KIND, record.key))
    })
}

/// One document.
pub(super) async fn find<D: Document>(
    store: &dyn Store,
    app_id: AppId,
    key: &str,
) -> Result<Option<Found<D>>, Problem> {
    let found = store.record(app_id, D::KIND, key).await?;
    found.map(|record| Ok(Found { document: open(&record)?, version: record.updated_at })).transpose()
}

/// One document that must be there, otherwise 404.
pub(super) async fn get<D: Document>(
    store: &dyn Store,
    app_id: AppId,
    key: &str,
) -> Result<Found<D>, Problem> {
    find(store, app_id, key).await?.ok_or_else(|| Problem::not_found(D::WHAT))
}

/// Documents of a partition in their order, at most `limit`.
pub(super) async fn list<D: Document>(
    store: &dyn Store,
    app_id: AppId,
    partition: &str,
    limit: usize,
) -> Result<Vec<D>, Problem> {
    let page = Page { limit, after: None, order: Order::Ascending };
    let scan = store.records(app_id, D::KIND, partition, page).await?;
    scan.items.iter().map(open).collect()
}

/// The change that writes a document, over `found` if it was there, which must not have changed since.
pub(super) fn put<D: Document, F>(
    app_id: AppId,
    document: &D,
    found: Option<&Found<F>>,
    now: Micros,
) -> RecordChange {
    let text =
        serde_json::to_string(document).expect("documents of texts, numbers and flags are always JSON");
    let version = found.map(|found| found.version);
    // Versions must differ even when the clock stands still or goes back.
    let updated_at = version.map_or(now, |old| now.max(Micros::from_unix_us(old.as_unix_us() + 1)));
    let record = Record {
        app_id,
        kind: D::KIND.to_owned(),
        key: document.key(),
        partition: document.partition(),
        at: document.at(),
        document: text,
        updated_at,
    };
    RecordChange::Put { record, expected: version.map_or(Expected::Nothing, Expected::Version) }
}

/// Writes a document, new or over the old one. Gives whether it is new.
pub(super) async fn write<D: Document>(
    store: &dyn Store,
    app_id: AppId,
    document: &D,
    now: Micros,
) -> Result<bool, Problem> {
    let found = find::<D>(store, app_id, &document.key()).await?;
    store.change_records(vec![put(app_id, document, found.as_ref(), now)]).await?;
    Ok(found.is_none())
}

/// Removes a document, otherwise 404.
pub(super) async fn delete<D: Document>(store: &dyn Store, app_id: AppId, key: &str) -> Result<(), Problem> {
    let found = get::<D>(store, app_id, key).await?;
    let expected = Expected::Version(found.version);
    let change = RecordChange::Delete { app_id, kind: D::KIND.to_owned(), key: key.to_owned(), expected };
    Ok(store.change_records(vec![change]).await?)
}

/// The place in a list of something that has a number and no time.
pub(super) fn by_number(id: i64) -> Micros {
    Micros::from_unix_us(id)
}
