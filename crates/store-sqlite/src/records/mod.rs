//! Records of the dialects. Counts by spans of time go with every change, so that a page by number finds its place by
//! adding up spans instead of walking over records.

mod change;
mod number;

use klingel_model::{AppId, Micros};
use klingel_store::{Order, Page, Record, RecordChange, RecordPage, RecordRange, Records, Scan, Verb};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::fault::Fault;
use crate::job::Class;
use crate::rows::{id, instant};
use crate::store::SqliteStore;

pub(crate) use change::{change, erase};

/// The columns that [`read`] takes, from column 0.
const COLUMNS: &str = "app_id, kind, key, partition, at, updated_at, document";
/// Two are enough to tell that a key is not unique among the applications.
const SAME_KEY_MAX: i64 = 2;

impl Records for SqliteStore {
    fn change_records(&self, changes: Vec<RecordChange>) -> Verb<'_, ()> {
        self.write(Class::Changes, changes.len(), move |db, _| change(db, &changes))
    }

    fn record<'a>(&'a self, app_id: AppId, kind: &'a str, key: &'a str) -> Verb<'a, Option<Record>> {
        let (kind, key) = (kind.to_owned(), key.to_owned());
        self.read(move |db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM record WHERE app_id = ?1 AND kind = ?2 AND key = ?3
                     AND EXISTS (SELECT 1 FROM application WHERE id = ?1)"
            );
            Ok(db.prepare_cached(&sql)?.query_row(params![app_id.to_bytes(), kind, key], read).optional()?)
        })
    }

    fn records_with_key<'a>(&'a self, kind: &'a str, key: &'a str) -> Verb<'a, Vec<Record>> {
        let (kind, key) = (kind.to_owned(), key.to_owned());
        self.read(move |db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM record WHERE kind = ?1 AND key = ?2
                     AND EXISTS (SELECT 1 FROM application WHERE id = app_id) LIMIT ?3"
            );
            all(db, &sql, params![kind, key, SAME_KEY_MAX])
        })
    }

    fn records<'a>(
        &'a self,
        app_id: AppId,
        kind: &'a str,
        partition: &'a str,
        page: Page<(Micros, String)>,
    ) -> Verb<'a, Scan<Record, (Micros, String)>> {
        let (kind, partition) = (kind.to_owned(), partition.to_owned());
        self.read(move |db| list(db, app_id, &kind, &partition, &page))
    }

    fn record_page(&self, range: RecordRange) -> Verb<'_, RecordPage> {
        self.read(move |db| number::page(db, &range))
    }

    fn retire_records<'a>(
        &'a self,
        app_id: AppId,
        kind: &'a str,
        before: Micros,
        limit: usize,
    ) -> Verb<'a, u64> {
        let kind = kind.to_owned();
        self.write(Class::Settles, limit, move |db, _| change::retire(db, app_id, &kind, before, limit))
    }
}

fn list(
    db: &Connection,
    app_id: AppId,
    kind: &str,
    partition: &str,
    page: &Page<(Micros, String)>,
) -> Result<Scan<Record, (Micros, String)>, Fault> {
    let (compare, direction, far) = match page.order {
        Order::Ascending => (">", "ASC", i64::MIN),
        Order::Descending => ("<", "DESC", i64::MAX),
    };
    let (at, key) = page.after.as_ref().map_or((far, ""), |(at, key)| (at.as_unix_us(), key.as_str()));
    let sql = format!(
        "SELECT {COLUMNS} FROM record WHERE app_id = ?1 AND kind = ?2 AND partition = ?3
             AND (at, key) {compare} (?4, ?5) AND EXISTS (SELECT 1 FROM application WHERE id = ?1)
         ORDER BY at {direction}, key {direction} LIMIT ?6"
    );
    let more = i64::try_from(page.limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut items = all(db, &sql, params![app_id.to_bytes(), kind, partition, at, key, more])?;
    let unfinished = items.len() > page.limit;
    items.truncate(page.limit);
    let resume = items.last().filter(|_| unfinished).map(|last| (last.at, last.key.clone()));
    Ok(Scan { items, resume })
}

fn all(db: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Record>, Fault> {
    Ok(db.prepare_cached(sql)?.query_map(params, read)?.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        app_id: id(row, 0)?,
        kind: row.get(1)?,
        key: row.get(2)?,
        partition: row.get(3)?,
        at: instant(row, 4)?,
        updated_at: instant(row, 5)?,
        document: row.get(6)?,
    })
}
