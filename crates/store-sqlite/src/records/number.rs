//! Pages by number.

use klingel_model::Micros;
use klingel_store::{RecordPage, RecordRange};
use rusqlite::{Connection, params};

use super::{COLUMNS, all};
use crate::fault::Fault;

/// Microseconds of an hour.
const HOUR_US: i64 = 3_600_000_000;

/// The hour of an instant.
pub(super) fn hour(at_us: i64) -> i64 {
    at_us.div_euclid(HOUR_US)
}

/// A page of a range, newest first. Adds up the hours from the newest on, and begins to read in the hour where the
/// page begins.
pub(super) fn page(db: &Connection, range: &RecordRange) -> Result<RecordPage, Fault> {
    let from = range.from.map_or(i64::MIN, Micros::as_unix_us);
    let to = range.to.map_or(i64::MAX, Micros::as_unix_us);
    if from > to {
        return Ok(RecordPage::default());
    }
    let (mut total, mut start) = (0u64, None);
    for (hour, counted) in hours(db, range, from, to)? {
        let first = hour.saturating_mul(HOUR_US);
        let last = first.saturating_add(HOUR_US - 1);
        let whole = from <= first && last <= to;
        let records = if whole { counted } else { count(db, range, from.max(first), to.min(last))? };
        if start.is_none() && total + records > range.offset {
            start = Some((to.min(last), range.offset - total));
        }
        total += records;
    }
    let Some((newest, skip)) = start else { return Ok(RecordPage { records: Vec::new(), total }) };
    let sql = format!(
        "SELECT {COLUMNS} FROM record WHERE app_id = ?1 AND kind = ?2 AND partition = ?3 AND at BETWEEN ?4 AND ?5
             AND EXISTS (SELECT 1 FROM application WHERE id = ?1)
         ORDER BY at DESC, key DESC LIMIT ?6 OFFSET ?7"
    );
    let limit = i64::try_from(range.limit).unwrap_or(i64::MAX);
    let app_id = range.app_id.to_bytes();
    let records =
        all(db, &sql, params![app_id, range.kind, range.partition, from, newest, limit, skip.cast_signed()])?;
    Ok(RecordPage { records, total })
}

/// The hours of a range and their records, newest first.
fn hours(db: &Connection, range: &RecordRange, from: i64, to: i64) -> Result<Vec<(i64, u64)>, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT hour, records FROM record_count
         WHERE app_id = ?1 AND kind = ?2 AND partition = ?3 AND hour BETWEEN ?4 AND ?5 ORDER BY hour DESC",
    )?;
    let rows = statement.query_map(
        params![range.app_id.to_bytes(), range.kind, range.partition, hour(from), hour(to)],
        |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.max(0).cast_unsigned())),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn count(db: &Connection, range: &RecordRange, from: i64, to: i64) -> Result<u64, Fault> {
    let records: i64 = db
        .prepare_cached(
            "SELECT count(*) FROM record
             WHERE app_id = ?1 AND kind = ?2 AND partition = ?3 AND at BETWEEN ?4 AND ?5",
        )?
        .query_row(params![range.app_id.to_bytes(), range.kind, range.partition, from, to], |row| {
            row.get(0)
        })?;
    Ok(records.max(0).cast_unsigned())
}
