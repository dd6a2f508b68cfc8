//! The audit log.

use klingel_model::{AppId, AuditEntry, AuditSeq, EnvironmentId, Id, Micros};
use klingel_store::access::check_audit;
use klingel_store::{Order, Page, Scan};
use rusqlite::{Connection, Row, params};

use crate::fault::Fault;
use crate::rows::{id, instant};
use crate::upkeep::sql_limit;

pub(super) fn add(db: &Connection, entry: &AuditEntry) -> Result<(), Fault> {
    check_audit(entry)?;
    db.prepare_cached(
        "INSERT INTO audit (at, environment_id, app_id, holder, action, subject)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        entry.at.as_unix_us(),
        entry.environment_id.to_bytes(),
        entry.app_id.map(Id::to_bytes),
        entry.holder,
        entry.action,
        entry.subject,
    ])?;
    Ok(())
}

pub(super) fn list(
    db: &Connection,
    environment_id: EnvironmentId,
    app_id: Option<AppId>,
    page: &Page<AuditSeq>,
) -> Result<Scan<(AuditSeq, AuditEntry), AuditSeq>, Fault> {
    let (compare, direction, far) = match page.order {
        Order::Ascending => (">", "ASC", i64::MIN),
        Order::Descending => ("<", "DESC", i64::MAX),
    };
    // Two statements rather than one with an OR, so that each has one search of one index.
    let of_application = if app_id.is_some() { "AND app_id = ?3" } else { "AND ?3 IS NULL" };
    let sql = format!(
        "SELECT seq, at, environment_id, app_id, holder, action, subject FROM audit
         WHERE environment_id = ?1 AND seq {compare} ?2 {of_application} ORDER BY seq {direction}"
    );
    let from = page.after.map_or(far, |AuditSeq(seq)| seq);
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_and_then(
        params![environment_id.to_bytes(), from, app_id.map(Id::to_bytes)],
        |row| {
            let line = read(row)?;
            Ok::<_, Fault>((line.0, Some(line)))
        },
    )?;
    Scan::collect(rows, page.limit)
}

pub(super) fn retire(db: &Connection, before: Micros, limit: usize) -> Result<u64, Fault> {
    let mut retire = db.prepare_cached(
        "DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE at < ?1 ORDER BY at LIMIT ?2)",
    )?;
    Ok(retire.execute(params![before.as_unix_us(), sql_limit(limit)])? as u64)
}

fn read(row: &Row<'_>) -> rusqlite::Result<(AuditSeq, AuditEntry)> {
    let app_id: Option<[u8; 16]> = row.get(3)?;
    let entry = AuditEntry {
        at: instant(row, 1)?,
        environment_id: id(row, 2)?,
        app_id: app_id.map(AppId::from_bytes),
        holder: row.get(4)?,
        action: row.get(5)?,
        subject: row.get(6)?,
    };
    Ok((AuditSeq(row.get(0)?), entry))
}
