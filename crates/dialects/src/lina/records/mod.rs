//! What the dialect keeps of an application, a kind of record each.

use klingel_engine::Refusal;
use klingel_model::{AppId, Micros};
use klingel_store::{Expected, Order, Page, Record, RecordChange, Store};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub mod api_key;
pub mod consent;
pub mod decision;
pub mod issuer;
pub mod operator;
pub mod store_settings;
pub mod user;

/// Rows read at once where all rows are wanted.
const ROWS: usize = 250;
/// Pages read where all rows are wanted: bounds a list at 10,000 rows.
const PAGES_MAX: usize = 40;

/// A document with the version that a change of it has to expect.
#[derive(Debug, Clone)]
pub struct Kept<T> {
    /// The document.
    pub document: T,
    /// Its key.
    pub key: String,
    /// When it was last written.
    pub version: Micros,
}

/// Where a record stands.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    /// Whose.
    pub app_id: AppId,
    /// Its kind.
    pub kind: &'static str,
    /// Its key.
    pub key: String,
    /// With which others it is listed.
    pub partition: &'a str,
}

/// The document of this key.
pub async fn load<T: DeserializeOwned>(
    store: &dyn Store,
    app_id: AppId,
    kind: &'static str,
    key: &str,
) -> Result<Option<Kept<T>>, Refusal> {
    let found = store.record(app_id, kind, key).await.map_err(|error| Refusal::of(error, "application"))?;
    found.map(read).transpose()
}

/// Every document of a kind and partition, oldest first. Errors: `Limit` beyond 10,000 of them.
pub async fn load_all<T: DeserializeOwned>(
    store: &dyn Store,
    app_id: AppId,
    kind: &'static str,
    partition: &str,
) -> Result<Vec<Kept<T>>, Refusal> {
    let mut all = Vec::new();
    let mut page = Page { limit: ROWS, after: None, order: Order::Ascending };
    for _ in 0..PAGES_MAX {
        let part = store.records(app_id, kind, partition, page.clone()).await;
        let part = part.map_err(|error| Refusal::of(error, "application"))?;
        for record in part.items {
            all.push(read(record)?);
        }
        match part.resume {
            Some(after) => page.after = Some(after),
            None => return Ok(all),
        }
    }
    Err(Refusal::Limit("lina_records_max", (ROWS * PAGES_MAX) as u64))
}

/// Reads a record's document.
pub fn read<T: DeserializeOwned>(record: Record) -> Result<Kept<T>, Refusal> {
    let document = serde_json::from_str(&record.document)
        .map_err(|_| Refusal::Internal(format!("a record of kind {} cannot be read", record.kind)))?;
    Ok(Kept { document, key: record.key, version: record.updated_at })
}

/// Writes a document: over `old`, or new where nothing may be.
pub fn put<T: Serialize>(place: Place<'_>, document: &T, now: Micros, old: Option<Micros>) -> RecordChange {
    let document = serde_json::to_string(document).expect("documents have text keys and plain values");
    // Versions must differ even when two writes fall into one microsecond, or the clock has been put back.
    let updated_at = old.map_or(now, |old| now.max(old.plus(std::time::Duration::from_micros(1))));
    RecordChange::Put {
        record: Record {
            app_id: place.app_id,
            kind: place.kind.to_owned(),
            key: place.key,
            partition: place.partition.to_owned(),
            at: now,
            document,
            updated_at,
        },
        expected: old.map_or(Expected::Nothing, Expected::Version),
    }
}

/// Makes changes that belong together.
pub async fn change(store: &dyn Store, changes: Vec<RecordChange>) -> Result<(), Refusal> {
    store.change_records(changes).await.map_err(|error| Refusal::of(error, "record"))
}
