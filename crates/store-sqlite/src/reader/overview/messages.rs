//! Messages of all applications, in the order of their numbers.

use std::time::Duration;

use klingel_model::{EnvironmentId, Message, MessageId, MessageSeq, Micros};
use klingel_store::{MessageFilter, Order, Page, Scan};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::fault::Fault;
use crate::reader::bounds::word;
use crate::reader::catalog::first;
use crate::rows::{id, instant, message};

/// How far the times of neighbouring messages may be out of order: several callers share a commit.
const SEQ_TIME_SLACK: Duration = Duration::from_mins(1);

/// The rows of a page. `?1` is the environment, `?2` and `?3` are exclusive bounds.
pub(super) fn sql(order: Order) -> String {
    format!(
        "SELECT {}, m.app_id, m.seq,
             EXISTS (SELECT 1 FROM application a WHERE a.id = m.app_id AND a.environment_id = ?1)
         FROM message m WHERE m.seq > ?2 AND m.seq < ?3 ORDER BY m.seq {}",
        message::COLUMNS,
        word(order)
    )
}

pub(super) fn list(
    db: &Connection,
    environment_id: EnvironmentId,
    page: &Page<MessageSeq>,
    filter: &MessageFilter,
) -> Result<Scan<(MessageSeq, Message), MessageSeq>, Fault> {
    let (low, high) = bounds(db, page, filter)?;
    let mut statement = db.prepare_cached(&sql(page.order))?;
    let mut payload_of = db.prepare_cached("SELECT payload FROM message WHERE seq = ?1")?;
    let rows = statement.query_and_then(params![environment_id.to_bytes(), low, high], |row| {
        let seq = MessageSeq(row.get(7)?);
        if !row.get::<_, bool>(8)? || !message::passes(row, filter)? {
            return Ok((seq, None));
        }
        let payload = if filter.with_payload {
            payload_of.query_row([seq.0], |row| message::payload(row, 0))?
        } else {
            None
        };
        let message = message::read(row, 0, (id(row, 6)?, environment_id), payload)?;
        Ok::<_, Fault>((seq, Some((seq, message))))
    })?;
    Scan::collect(rows, page.limit)
}

pub(super) fn one(
    db: &Connection,
    environment_id: EnvironmentId,
    message_id: MessageId,
) -> Result<Option<Message>, Fault> {
    let sql = format!(
        "SELECT {}, m.payload, a.id FROM application a CROSS JOIN message m ON m.app_id = a.id AND m.id = ?2
         WHERE a.environment_id = ?1",
        message::COLUMNS
    );
    first(db, &sql, params![environment_id.to_bytes(), message_id.to_bytes()], |row| {
        message::read(row, 0, (id(row, 7)?, environment_id), message::payload(row, 6)?)
    })
}

/// Exclusive bounds on the numbers, of the cursor and of the filter's times.
fn bounds(db: &Connection, page: &Page<MessageSeq>, filter: &MessageFilter) -> rusqlite::Result<(i64, i64)> {
    let (mut low, mut high) = (0, i64::MAX);
    if let Some(after) = filter.after {
        low = first_since(db, after.minus(SEQ_TIME_SLACK))? - 1;
    }
    if let Some(before) = filter.before {
        high = first_since(db, before.plus(SEQ_TIME_SLACK))?;
    }
    if let Some(MessageSeq(cursor)) = page.after {
        match page.order {
            Order::Ascending => low = low.max(cursor),
            Order::Descending => high = high.min(cursor),
        }
    }
    Ok((low, high))
}

/// The number of the first message from `time` or later, found by halving: numbers and times grow together. Behind
/// the last one when all are earlier.
pub(crate) fn first_since(db: &Connection, time: Micros) -> rusqlite::Result<i64> {
    let ends = "SELECT (SELECT seq FROM message ORDER BY seq LIMIT 1), (SELECT seq FROM message ORDER BY seq DESC LIMIT 1)";
    let (first, last): (Option<i64>, Option<i64>) =
        db.prepare_cached(ends)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (mut low, mut high) = (first.unwrap_or(1), last.unwrap_or(0).saturating_add(1));
    let mut at =
        db.prepare_cached("SELECT seq, created_at FROM message WHERE seq >= ?1 ORDER BY seq LIMIT 1")?;
    while low < high {
        let middle = low + (high - low) / 2;
        let found = at.query_row([middle], |row| Ok((row.get::<_, i64>(0)?, instant(row, 1)?))).optional()?;
        match found {
            Some((seq, created_at)) if created_at < time => low = seq + 1,
            Some(_) | None => high = middle,
        }
    }
    Ok(low)
}
