//! What waits for an endpoint.

use klingel_model::{Delivery, DeliveryKey, EndpointId, MessageSeq, Micros, Trigger};
use klingel_store::{Backlog, Order, Owed, OwedPlace, Page, Scan};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::fault::Fault;
use crate::reader::bounds::word;
use crate::rows::{count_at, event_type, id, instant, instant_or_null};
use crate::settle::{STAGE_FIRST, STAGE_MANUAL, STAGE_RETRY};

/// Counts no further than `?2`.
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
    let counted = params![endpoint_id.to_bytes(), limit];
    let counted = db.prepare_cached(COUNT)?.query_row(counted, |row| count_at(row, 0))?;
    let oldest_due = oldest_due(db, endpoint_id)?;
    Ok(Backlog { waiting: counted.min(count_max), more: counted > count_max, oldest_due })
}

/// When the earliest delivery to an endpoint is or was due.
pub(super) fn oldest_due(db: &Connection, endpoint_id: EndpointId) -> rusqlite::Result<Option<Micros>> {
    let earliest = |sql| -> rusqlite::Result<Option<Micros>> {
        db.prepare_cached(sql)?.query_row([endpoint_id.to_bytes()], |row| instant(row, 0)).optional()
    };
    Ok([earliest(EARLIEST_DUE)?, earliest(EARLIEST_FIRST)?].into_iter().flatten().min())
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
    let mut statement = db.prepare_cached(&sql(page.order))?;
    let limit = i64::try_from(page.limit.max(1)).unwrap_or(i64::MAX).saturating_add(1);
    let mut found = Vec::new();
    for (stage, trigger) in
        [(STAGE_FIRST, Trigger::Schedule), (STAGE_RETRY, Trigger::Schedule), (STAGE_MANUAL, Trigger::Manual)]
    {
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
