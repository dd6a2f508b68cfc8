//! How a message stands with each endpoint.

use std::collections::{BTreeMap, BTreeSet};

use klingel_model::{AppId, DeliveryState, EndpointId, MessageId, Micros};
use klingel_store::sealing::Sealer;
use klingel_store::{Destination, Page, Scan};
use rusqlite::{CachedStatement, Connection, params};

use super::bounds::{Bounds, word};
use super::catalog::first;
use crate::fault::Fault;
use crate::rows::{endpoint, id, instant_or_null};

pub(super) fn list(
    db: &Connection,
    sealer: &Sealer,
    app_id: AppId,
    message_id: MessageId,
    page: &Page<EndpointId>,
) -> Result<Scan<Destination, EndpointId>, Fault> {
    let sql =
        "SELECT m.seq FROM message m JOIN application a ON a.id = m.app_id WHERE m.app_id = ?1 AND m.id = ?2";
    let found = first(db, sql, params![app_id.to_bytes(), message_id.to_bytes()], |row| Ok(row.get(0)?))?;
    let Some(seq) = found else { return Ok(Scan { items: Vec::new(), resume: None }) };
    let last_attempts = last_attempts(db, message_id)?;
    let canceled = canceled(db, seq)?;
    let mut owed = db.prepare_cached(
        "SELECT count(*)
                 + (SELECT count(*) FROM young_delivery WHERE message_seq = ?2 AND endpoint_id = ?1),
             min(due_at)
         FROM delivery WHERE endpoint_id = ?1 AND stage IN (0, 1, 2) AND message_seq = ?2",
    )?;
    let Bounds { low, high } = Bounds::of(page);
    let sql = format!(
        "SELECT {} FROM endpoint WHERE app_id = ?1 AND id > ?2 AND id < ?3 ORDER BY id {}",
        endpoint::COLUMNS,
        word(page.order)
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_and_then(params![app_id.to_bytes(), low, high], |row| {
        let endpoint_id = id(row, 0)?;
        let last_success = last_attempts.get(&endpoint_id).copied();
        let is_canceled = canceled.contains(&endpoint_id);
        let state = state(&mut owed, endpoint_id, seq, last_success, is_canceled)?;
        let item = match state {
            Some(state) => Some(Destination { endpoint: endpoint::read(row, sealer)?, state }),
            None => None,
        };
        Ok::<_, Fault>((endpoint_id, item))
    })?;
    Scan::collect(rows, page.limit)
}

/// Whether the last attempt to each endpoint succeeded.
fn last_attempts(db: &Connection, message_id: MessageId) -> Result<BTreeMap<EndpointId, bool>, Fault> {
    let mut statement =
        db.prepare_cached("SELECT endpoint_id, success FROM attempt WHERE message_id = ?1 ORDER BY id")?;
    let rows = statement.query_and_then([message_id.to_bytes()], |row| Ok((id(row, 0)?, row.get(1)?)))?;
    rows.collect()
}

/// Endpoints for which somebody has dropped the message.
fn canceled(db: &Connection, seq: i64) -> Result<BTreeSet<EndpointId>, Fault> {
    let mut statement = db.prepare_cached("SELECT endpoint_id FROM canceled WHERE message_seq = ?1")?;
    statement.query_and_then([seq], |row| Ok(id(row, 0)?))?.collect()
}

/// `None`: the message neither was nor is to be delivered to this endpoint.
fn state(
    owed: &mut CachedStatement<'_>,
    endpoint_id: EndpointId,
    seq: i64,
    last_success: Option<bool>,
    is_canceled: bool,
) -> rusqlite::Result<Option<DeliveryState>> {
    let (count, next_due): (i64, Option<Micros>) = owed
        .query_row(params![endpoint_id.to_bytes(), seq], |row| Ok((row.get(0)?, instant_or_null(row, 1)?)))?;
    Ok(match (last_success, next_due) {
        (Some(true), _) => Some(DeliveryState::Delivered),
        (Some(false), Some(due)) => Some(DeliveryState::Retrying(due)),
        _ if count > 0 => Some(DeliveryState::Waiting),
        _ if is_canceled => Some(DeliveryState::Canceled),
        (Some(false), None) => Some(DeliveryState::Failed),
        (None, _) => None,
    })
}
