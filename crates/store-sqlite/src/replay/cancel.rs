//! Dropping what waits.

use klingel_model::{AppId, EndpointId, MessageId, MessageSeq};
use klingel_store::{Canceled, Error};
use rusqlite::{OptionalExtension as _, params};

use crate::desk::Desk;
use crate::fault::Fault;
use crate::settle::{STAGE_FIRST, count_removed};
use crate::upkeep::sql_limit;

const MARK: &str = "INSERT OR IGNORE INTO canceled (message_seq, endpoint_id) VALUES (?1, ?2)";

pub(super) fn one(
    desk: &mut Desk<'_>,
    app_id: AppId,
    message_id: MessageId,
    endpoint_id: EndpointId,
) -> Result<u64, Fault> {
    let db = desk.db;
    let endpoint = endpoint_id.to_bytes();
    let seq: Option<i64> = db
        .prepare_cached(
            "SELECT m.seq FROM application a
             JOIN endpoint e ON e.app_id = a.id AND e.id = ?3
             JOIN message m ON m.app_id = a.id AND m.id = ?2
             WHERE a.id = ?1",
        )?
        .query_row(params![app_id.to_bytes(), message_id.to_bytes(), endpoint], |row| row.get(0))
        .optional()?;
    let seq = seq.ok_or(Error::Gone)?;
    let mut drop = db.prepare_cached(
        "DELETE FROM delivery WHERE endpoint_id = ?1 AND stage IN (0, 1, 2) AND message_seq = ?2 RETURNING stage",
    )?;
    let mut rows = drop.query(params![endpoint, seq])?;
    let mut dropped = 0;
    while let Some(row) = rows.next()? {
        count_removed(row.get(0)?, &mut desk.change);
        dropped += 1;
    }
    if desk.young.remove(MessageSeq(seq), endpoint_id)? {
        count_removed(STAGE_FIRST, &mut desk.change);
        dropped += 1;
    }
    if dropped > 0 {
        db.prepare_cached(MARK)?.execute(params![seq, endpoint])?;
    }
    Ok(dropped)
}

pub(super) fn all(
    desk: &mut Desk<'_>,
    app_id: AppId,
    endpoint_id: EndpointId,
    limit: usize,
) -> Result<Canceled, Fault> {
    let db = desk.db;
    let endpoint = endpoint_id.to_bytes();
    let lives = "SELECT 1 FROM endpoint WHERE app_id = ?1 AND id = ?2";
    if !db.prepare_cached(lives)?.exists(params![app_id.to_bytes(), endpoint])? {
        return Err(Error::Gone.into());
    }
    let mut drop = db.prepare_cached(
        "DELETE FROM delivery WHERE endpoint_id = ?1 AND (stage, message_seq) IN
             (SELECT stage, message_seq FROM delivery WHERE endpoint_id = ?1 LIMIT ?2)
         RETURNING stage, message_seq",
    )?;
    let mut mark = db.prepare_cached(MARK)?;
    let mut rows = drop.query(params![endpoint, sql_limit(limit)])?;
    let mut deliveries = 0;
    while let Some(row) = rows.next()? {
        count_removed(row.get(0)?, &mut desk.change);
        mark.execute(params![row.get::<_, i64>(1)?, endpoint])?;
        deliveries += 1;
    }
    for seq in desk.young.remove_of(endpoint_id, (limit as u64).saturating_sub(deliveries))? {
        count_removed(STAGE_FIRST, &mut desk.change);
        mark.execute(params![seq.0, endpoint])?;
        deliveries += 1;
    }
    Ok(Canceled { deliveries, more: deliveries == limit as u64 })
}
