//! What waits for an endpoint.

use klingel_model::{Delivery, DeliveryKey, EndpointId, MessageSeq, Micros, Trigger};
use klingel_store::{Backlog, Order, Owed, OwedPlace, Page, Scan};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::fault::Fault;
use crate::reader::bounds::word;
use crate::reader::young;
use crate::rows::{count_at, event_type, id, instant, instant_or_null};
use crate::settle::{STAGE_FIRST, STAGE_MANUAL, STAGE_RETRY};

/// Counts no further than `?2` what is not young.
pub(super) const COUNT: &str =
    "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE endpoint_id = ?1 LIMIT ?2)";
/// The earliest retry or manual delivery.
pub(super) const EARLIEST_DUE: &str = "SELECT due_at FROM delivery INDEXED BY delivery_due
     WHERE endpoint_id = ?1 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1";
/// The earliest first attempt.
pub(super) const EARLIEST_FIRST: &str =
    "SELECT m.created_at FROM delivery d JOIN message m ON m.seq = d.message_seq
     WHERE d.endpoint_id = ?1 AND d.stage = 0 ORDER BY d.message_seq LIMIT 1";

pub(super) fn count(db: &Connection, endpoint_id: EndpointId, count_max: u64) -> Result<Backlog, Fault> {
    if !lives(db, endpoint_id)? {
        return Ok(Backlog::default());
    }
    let limit = i64::try_from(count_max.saturating_add(1)).unwrap_or(i64::MAX);
    // One view of both tables: what moves from one to the other meanwhile is not counted twice.
    let view = db.unchecked_transaction()?;
    let id = endpoint_id.to_bytes();
    let sorted_in = view.prepare_cached(COUNT)?.query_row(params![id, limit], |row| count_at(row, 0))?;
    let counted = sorted_in + view.prepare_cached(young::COUNT)?.query_row([id], |row| count_at(row, 0))?;
    let oldest_due = oldest_due(&view, endpoint_id)?;
    Ok(Backlog { waiting: counted.min(count_max), more: counted > count_max, oldest_due })
}

/// When the earliest delivery to an endpoint is or was due.
pub(super) fn oldest_due(db: &Connection, endpoint_id: EndpointId) -> rusqlite::Result<Option<Micros>> {
    let earliest = |sql| -> rusqlite::Result<Option<Micros>> {
        db.prepare_cached(sql)?.query_row([endpoint_id.to_bytes()], |row| instant(row, 0)).optional()
    };
    // What is young is read first: what is sorted in meanwhile is seen twice rather than not at all.
    let earliest = [earliest(young::EARLIEST)?, earliest(EARLIEST_DUE)?, earliest(EARLIEST_FIRST)?];
    Ok(earliest.into_iter().flatten().min())
}

/// The young deliveries' part of a page, with the values of [`sql`]. `?2` is the first stage.
fn young_sql(order: Order) -> String {
    format!(
        "SELECT y.message_seq, 0, NULL, m.id, m.event_type, m.created_at
         FROM young_delivery y CROSS JOIN message m ON m.seq = y.message_seq
         WHERE y.endpoint_id = ?1 AND ?2 = {STAGE_FIRST} AND y.message_seq > ?3 AND y.message_seq < ?4
         ORDER BY y.message_seq {} LIMIT ?5",
        word(order)
    )
}

/// One stage's part of a page. `?3` and `?4` are exclusive bounds on the message, `?5` is the page's limit and one.
pub(super) fn sql(order: Order) -> String {
    format!(
        "SELECT d.message_seq, d.attempts, d.due_at, m.id, m.event_type, m.created_at
         FROM delivery d CROSS JOIN message m ON m.seq = d.message_seq
         WHERE d.endpoint_id = ?1 AND d.stage = ?2 AND d.message_seq > ?3 AND d.message_seq < ?4
         ORDER BY d.message_seq {} LIMIT ?5",
        word(order)
    )
}

/// Reads a page of each stage and merges them: the key begins with the stage, so that no index has them in one row.
pub(super) fn list(
    db: &Connection,
    endpoint_id: EndpointId,
    page: &Page<OwedPlace>,
) -> Result<Scan<Owed, OwedPlace>, Fault> {
    if !lives(db, endpoint_id)? {
        return Ok(Scan { items: Vec::new(), resume: None });
    }
    let limit = i64::try_from(page.limit.max(1)).unwrap_or(i64::MAX).saturating_add(1);
    let mut found = Vec::new();
    // What is young is read first: what is sorted in meanwhile is seen twice, and shown once.
    let parts = [
        (young_sql(page.order), STAGE_FIRST, Trigger::Schedule),
        (sql(page.order), STAGE_FIRST, Trigger::Schedule),
        (sql(page.order), STAGE_RETRY, Trigger::Schedule),
        (sql(page.order), STAGE_MANUAL, Trigger::Manual),
    ];
    for (sql, stage, trigger) in parts {
        let mut statement = db.prepare_cached(&sql)?;
        let (low, high) = bounds(page, trigger);
        let rows = statement
            .query_and_then(params![endpoint_id.to_bytes(), stage, low, high, limit], |row| {
                let key = DeliveryKey { endpoint_id, message_seq: MessageSeq(row.get(0)?), trigger };
                Ok::<_, Fault>(Owed {
                    delivery: Delivery { key, attempts: row.get(1)?, due_at: instant_or_null(row, 2)? },
                    message_id: id(row, 3)?,
                    event_type: event_type(row, 4)?,
                    accepted_at: instant(row, 5)?,
                })
            })?
            .collect::<Result<Vec<_>, _>>()?;
        found.extend(rows);
    }
    found.sort_by_key(place);
    found.dedup_by_key(|owed| place(owed));
    if page.order == Order::Descending {
        found.reverse();
    }
    Scan::collect(found.into_iter().map(|owed| Ok((place(&owed), Some(owed)))), page.limit)
}

fn place(owed: &Owed) -> OwedPlace {
    (owed.delivery.key.message_seq, owed.delivery.key.trigger)
}

/// Exclusive bounds on the messages of one trigger's deliveries.
fn bounds(page: &Page<OwedPlace>, trigger: Trigger) -> (i64, i64) {
    let Some((MessageSeq(seq), cursor)) = page.after else { return (0, i64::MAX) };
    match page.order {
        // The delivery of the same message with a later trigger is still to come.
        Order::Ascending if trigger > cursor => (seq - 1, i64::MAX),
        Order::Ascending => (seq, i64::MAX),
        Order::Descending if trigger < cursor => (0, seq.saturating_add(1)),
        Order::Descending => (0, seq),
    }
}

fn lives(db: &Connection, id: EndpointId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM endpoint WHERE id = ?1")?.exists([id.to_bytes()])
}
