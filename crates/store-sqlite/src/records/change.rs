//! Writing and removing records.

use klingel_model::{AppId, Micros};
use klingel_store::records::{RECORD_CHANGES_MAX, RECORD_KEY_BYTES_MAX};
use klingel_store::{Error, Expected, Record, RecordChange};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::number::SHIFTS;
use crate::fault::Fault;

/// Makes all changes. Everything is checked before anything is written, because a refusal must leave nothing behind
/// in a commit that is shared with others.
pub(crate) fn change(db: &Connection, changes: &[RecordChange]) -> Result<(), Fault> {
    if changes.len() > RECORD_CHANGES_MAX {
        return Err(Error::Limit("record_changes_max", RECORD_CHANGES_MAX as u64).into());
    }
    for change in changes {
        check(db, change)?;
    }
    for change in changes {
        match change {
            RecordChange::Put { record, .. } => put(db, record)?,
            RecordChange::Delete { app_id, kind, key, .. } => {
                remove(db, *app_id, kind, key)?;
            }
        }
    }
    Ok(())
}

fn check(db: &Connection, change: &RecordChange) -> Result<(), Fault> {
    let (app_id, kind, key, expected) = match change {
        RecordChange::Put { record, expected } => (record.app_id, &record.kind, &record.key, expected),
        RecordChange::Delete { app_id, kind, key, expected } => (*app_id, kind, key, expected),
    };
    if let RecordChange::Put { record, .. } = change
        && (record.key.len() > RECORD_KEY_BYTES_MAX || record.partition.len() > RECORD_KEY_BYTES_MAX)
    {
        return Err(Error::Limit("record_key_bytes_max", RECORD_KEY_BYTES_MAX as u64).into());
    }
    if !db.prepare_cached("SELECT 1 FROM application WHERE id = ?1")?.exists([app_id.to_bytes()])? {
        return Err(Error::Gone.into());
    }
    let version = match expected {
        Expected::Anything => return Ok(()),
        Expected::Nothing => None,
        Expected::Version(version) => Some(version.as_unix_us()),
    };
    let found: Option<i64> = db
        .prepare_cached("SELECT updated_at FROM record WHERE app_id = ?1 AND kind = ?2 AND key = ?3")?
        .query_row(params![app_id.to_bytes(), kind, key], |row| row.get(0))
        .optional()?;
    if found == version { Ok(()) } else { Err(Error::Changed.into()) }
}

/// Writes a record, new or over the old one.
pub(super) fn put(db: &Connection, record: &Record) -> Result<(), Fault> {
    remove(db, record.app_id, &record.kind, &record.key)?;
    db.prepare_cached(
        "INSERT INTO record (app_id, kind, key, partition, at, updated_at, document)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        record.app_id.to_bytes(),
        record.kind,
        record.key,
        record.partition,
        record.at.as_unix_us(),
        record.updated_at.as_unix_us(),
        record.document,
    ])?;
    let mut count = db.prepare_cached(
        "INSERT INTO record_span (app_id, kind, partition, level, span, records) VALUES (?1, ?2, ?3, ?4, ?5, 1)
         ON CONFLICT DO UPDATE SET records = records + 1",
    )?;
    for (level, shift) in (0_i64..).zip(SHIFTS) {
        let span = record.at.as_unix_us() >> shift;
        count.execute(params![record.app_id.to_bytes(), record.kind, record.partition, level, span])?;
    }
    Ok(())
}

/// Whether there was one.
fn remove(db: &Connection, app_id: AppId, kind: &str, key: &str) -> Result<bool, Fault> {
    let removed: Option<(String, i64)> = db
        .prepare_cached(
            "DELETE FROM record WHERE app_id = ?1 AND kind = ?2 AND key = ?3 RETURNING partition, at",
        )?
        .query_row(params![app_id.to_bytes(), kind, key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((partition, at)) = removed else { return Ok(false) };
    let mut count = db.prepare_cached(
        "UPDATE record_span SET records = records - 1
         WHERE app_id = ?1 AND kind = ?2 AND partition = ?3 AND level = ?4 AND span = ?5",
    )?;
    let mut forget = db.prepare_cached(
        "DELETE FROM record_span
         WHERE app_id = ?1 AND kind = ?2 AND partition = ?3 AND level = ?4 AND span = ?5 AND records <= 0",
    )?;
    for (level, shift) in (0_i64..).zip(SHIFTS) {
        let counted = params![app_id.to_bytes(), kind, partition, level, at >> shift];
        count.execute(counted)?;
        forget.execute(counted)?;
    }
    Ok(true)
}

/// Removes old records. Gives how many.
pub(super) fn retire(
    db: &Connection,
    app_id: AppId,
    kind: &str,
    before: Micros,
    limit: usize,
) -> Result<u64, Fault> {
    let mut removed = 0;
    let mut partition = next_partition(db, app_id, kind, None)?;
    // One partition after the other, because the list's index has its instants within partitions: this reads what is
    // old and nothing else.
    while let Some(one) = partition {
        let left = i64::try_from(limit - removed).unwrap_or(i64::MAX);
        let old: Vec<String> = db
            .prepare_cached(
                "SELECT key FROM record WHERE app_id = ?1 AND kind = ?2 AND partition = ?3 AND at < ?4 LIMIT ?5",
            )?
            .query_map(params![app_id.to_bytes(), kind, one, before.as_unix_us(), left], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for key in &old {
            remove(db, app_id, kind, key)?;
        }
        removed += old.len();
        if removed >= limit {
            break;
        }
        partition = next_partition(db, app_id, kind, Some(&one))?;
    }
    Ok(removed as u64)
}

/// The first partition behind this one.
fn next_partition(
    db: &Connection,
    app_id: AppId,
    kind: &str,
    after: Option<&str>,
) -> Result<Option<String>, Fault> {
    let compare = if after.is_some() { ">" } else { ">=" };
    let sql = format!(
        "SELECT partition FROM record WHERE app_id = ?1 AND kind = ?2 AND partition {compare} ?3
         ORDER BY partition LIMIT 1"
    );
    let given = params![app_id.to_bytes(), kind, after.unwrap_or_default()];
    Ok(db.prepare_cached(&sql)?.query_row(given, |row| row.get(0)).optional()?)
}

/// Erases at most `left` records of an application that was deleted. Gives how many.
pub(crate) fn erase(db: &Connection, app_id: [u8; 16], left: u64) -> rusqlite::Result<u64> {
    let removed = db
        .prepare_cached(
            "DELETE FROM record WHERE rowid IN (SELECT rowid FROM record WHERE app_id = ?1 LIMIT ?2)",
        )?
        .execute(params![app_id, left.cast_signed()])? as u64;
    if removed < left {
        db.prepare_cached("DELETE FROM record_span WHERE app_id = ?1")?.execute([app_id])?;
    }
    Ok(removed)
}
