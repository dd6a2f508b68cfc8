//! Unsettled deliveries: what the lanes read.

use std::sync::Arc;

use klingel_model::{
    AppId, Delivery, DeliveryKey, EndpointId, EnvironmentId, MessageId, MessageSeq, Micros, Trigger,
};
use klingel_store::{Error, LaneHead, Queue, Settlement, Verb, Waiting, WaitingPage};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::depth::Change;
use crate::fault::Fault;
use crate::inbox::Haste;
use crate::job::Class;
use crate::reader::young::WaitingEndpoints;
use crate::rows::{instant, instant_or_null, message};
use crate::settle::{STAGE_FIRST, STAGE_MANUAL, settle};
use crate::store::SqliteStore;

/// Rows that one settlement writes, about: an attempt and its index entry, a delivery.
const ROWS_PER_SETTLEMENT: usize = 2;
/// So many settlements at once do not wait for company: they come from a busy recorder, which would fall behind if
/// each of its batches let a commit pass, and what is not recorded holds memory.
const SETTLEMENTS_URGENT: usize = 128;

impl Queue for SqliteStore {
    fn lanes(&self, after: Option<EndpointId>, limit: usize) -> Verb<'_, Vec<LaneHead>> {
        self.read(move |db| lanes(db, after, limit))
    }

    fn first_attempts(
        &self,
        endpoint_id: EndpointId,
        after: MessageSeq,
        limit: usize,
    ) -> Verb<'_, Vec<Waiting>> {
        self.read(move |db| first_attempts(db, endpoint_id, after, limit))
    }

    fn due(&self, endpoint_id: EndpointId, until: Micros, limit: usize) -> Verb<'_, WaitingPage> {
        self.read(move |db| due(db, endpoint_id, until, limit))
    }

    fn settle(&self, settlements: Arc<Vec<Settlement>>) -> Verb<'_, ()> {
        let rows = settlements.len() * ROWS_PER_SETTLEMENT;
        // What is settled was sent already: nobody is kept waiting when a few are recorded with the next message.
        let haste = if settlements.len() < SETTLEMENTS_URGENT { Haste::Patient } else { Haste::Urgent };
        self.write_at_desk(haste, Class::Settles, rows, move |desk| settle(desk, &settlements))
    }

    fn resend(
        &self,
        app_id: AppId,
        message_id: MessageId,
        endpoint_id: EndpointId,
        due_at: Micros,
    ) -> Verb<'_, ()> {
        self.write(Class::Changes, 1, move |db, change| {
            resend(db, app_id, message_id, endpoint_id, due_at, change)
        })
    }
}

/// Goes from endpoint to endpoint by one search each, so that the cost is by endpoints, not by deliveries.
fn lanes(db: &Connection, after: Option<EndpointId>, limit: usize) -> Result<Vec<LaneHead>, Fault> {
    // What is young is read first: what is sorted in meanwhile is seen twice rather than not at all.
    let mut waiting = WaitingEndpoints::behind(db, after)?;
    let mut head = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM delivery WHERE endpoint_id = ?1 AND stage = 0),
             (SELECT due_at FROM delivery WHERE endpoint_id = ?1 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1)
         FROM endpoint WHERE id = ?1",
    )?;
    let mut heads = Vec::new();
    while heads.len() < limit
        && let Some((endpoint_id, young)) = waiting.next()?
    {
        let lane = head.query_row([endpoint_id.to_bytes()], |row| {
            let first_attempts = young > 0 || row.get(0)?;
            Ok(LaneHead { endpoint_id, first_attempts, next_due: instant_or_null(row, 1)? })
        });
        // Without an endpoint it is taken away by a chore.
        heads.extend(lane.optional()?);
    }
    Ok(heads)
}

fn first_attempts(
    db: &Connection,
    endpoint_id: EndpointId,
    after: MessageSeq,
    limit: usize,
) -> Result<Vec<Waiting>, Fault> {
    // One view of both tables: a delivery may move from one to the other meanwhile.
    let view = db.unchecked_transaction()?;
    let Some(owner) = owner(&view, endpoint_id)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    // What lies in the order of messages is of later messages than what lies by endpoint.
    for from in [
        format!(
            "0, d.message_seq, d.attempts, d.due_at, m.payload, {}
         FROM delivery d CROSS JOIN message m ON m.seq = d.message_seq
         WHERE d.endpoint_id = ?1 AND d.stage = {STAGE_FIRST} AND d.message_seq > ?2",
            message::COLUMNS
        ),
        format!(
            "0, d.message_seq, 0, NULL, m.payload, {}
         FROM young_delivery d CROSS JOIN message m ON m.seq = d.message_seq
         WHERE d.endpoint_id = ?1 AND d.message_seq > ?2",
            message::COLUMNS
        ),
    ] {
        let left = i64::try_from(limit.saturating_sub(found.len())).unwrap_or(i64::MAX);
        let mut rows = view.prepare_cached(&format!("SELECT {from} ORDER BY d.message_seq LIMIT ?3"))?;
        let rows = rows.query_and_then(params![endpoint_id.to_bytes(), after.0, left], |row| {
            waiting(row, endpoint_id, owner)
        })?;
        for row in rows {
            found.push(row?);
        }
    }
    Ok(found)
}

fn due(db: &Connection, endpoint_id: EndpointId, until: Micros, limit: usize) -> Result<WaitingPage, Fault> {
    let mut page = WaitingPage::default();
    let Some(owner) = owner(db, endpoint_id)? else { return Ok(page) };
    let mut statement = db.prepare_cached(&format!(
        "SELECT d.stage, d.message_seq, d.attempts, d.due_at, m.payload, {}
         FROM delivery d INDEXED BY delivery_due CROSS JOIN message m ON m.seq = d.message_seq
         WHERE d.endpoint_id = ?1 AND d.due_at IS NOT NULL
         ORDER BY d.due_at, d.stage, d.message_seq",
        message::COLUMNS
    ))?;
    let mut rows = statement.query([endpoint_id.to_bytes()])?;
    while let Some(row) = rows.next()? {
        let due_at = instant(row, 3)?;
        if due_at > until || page.work.len() == limit {
            page.next_due = Some(due_at);
            break;
        }
        page.work.push(waiting(row, endpoint_id, owner)?);
    }
    Ok(page)
}

/// The application and environment of an endpoint that lives.
fn owner(db: &Connection, id: EndpointId) -> Result<Option<(AppId, EnvironmentId)>, Fault> {
    let mut statement = db.prepare_cached(
        "SELECT a.id, a.environment_id FROM endpoint e JOIN application a ON a.id = e.app_id WHERE e.id = ?1",
    )?;
    let owner =
        statement.query_row([id.to_bytes()], |row| Ok((crate::rows::id(row, 0)?, crate::rows::id(row, 1)?)));
    Ok(owner.optional()?)
}

fn waiting(row: &Row<'_>, endpoint_id: EndpointId, owner: (AppId, EnvironmentId)) -> Result<Waiting, Fault> {
    let trigger = if row.get::<_, i64>(0)? == STAGE_MANUAL { Trigger::Manual } else { Trigger::Schedule };
    let key = DeliveryKey { endpoint_id, message_seq: MessageSeq(row.get(1)?), trigger };
    Ok(Waiting {
        delivery: Delivery { key, attempts: row.get(2)?, due_at: instant_or_null(row, 3)? },
        message: Arc::new(message::read(row, 5, owner, message::payload(row, 4)?)?),
    })
}

fn resend(
    db: &Connection,
    app_id: AppId,
    message_id: MessageId,
    endpoint_id: EndpointId,
    due_at: Micros,
    change: &mut Change,
) -> Result<(), Fault> {
    let seq: Option<i64> = db
        .prepare_cached(
            "SELECT m.seq FROM application a
             JOIN endpoint e ON e.app_id = a.id AND e.id = ?3
             JOIN message m ON m.app_id = a.id AND m.id = ?2
             WHERE a.id = ?1",
        )?
        .query_row(params![app_id.to_bytes(), message_id.to_bytes(), endpoint_id.to_bytes()], |row| {
            row.get(0)
        })
        .optional()?;
    let seq = seq.ok_or(Error::Gone)?;
    let added = db
        .prepare_cached(
            "INSERT OR IGNORE INTO delivery (endpoint_id, stage, message_seq, attempts, due_at)
             VALUES (?1, ?2, ?3, 0, ?4)",
        )?
        .execute(params![endpoint_id.to_bytes(), STAGE_MANUAL, seq, due_at.as_unix_us()])?;
    change.retries += i64::from(added > 0);
    db.prepare_cached("DELETE FROM canceled WHERE message_seq = ?1 AND endpoint_id = ?2")?
        .execute(params![seq, endpoint_id.to_bytes()])?;
    Ok(())
}
