//! Attempts.

use klingel_model::{AppId, Attempt, AttemptId, EndpointId, MessageId};
use klingel_store::{AttemptFilter, MessageFilter, Page, Scan};
use rusqlite::{CachedStatement, Connection, params};

use super::bounds::{Bounds, word};
use super::catalog::first;
use super::places::{Places, RowAt};
use crate::fault::Fault;
use crate::rows::{attempt, id, message};

/// A message's event type and channels, if it and its application live.
pub(super) const MARKS: &str =
    "SELECT m.event_type, m.channels FROM message m JOIN application a ON a.id = m.app_id
     WHERE m.app_id = ?1 AND m.id = ?2";

pub(super) fn of_message(
    db: &Connection,
    app_id: AppId,
    message_id: MessageId,
    page: &Page<AttemptId>,
    filter: &AttemptFilter,
) -> Result<Scan<Attempt, AttemptId>, Fault> {
    if !passes_message(&mut db.prepare_cached(MARKS)?, app_id, message_id, &marks_of(filter))? {
        return Ok(Scan { items: Vec::new(), resume: None });
    }
    let Bounds { low, high } = Bounds::between(page, filter.after, filter.before);
    let sql = format!(
        "SELECT {} FROM attempt WHERE message_id = ?1 AND id > ?2 AND id < ?3 ORDER BY id {}",
        attempt::COLUMNS,
        word(page.order)
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_and_then(params![message_id.to_bytes(), low, high], |row| {
        let item = attempt::passes(row, filter)?.then(|| attempt::read(db, row, app_id)).transpose()?;
        Ok::<_, Fault>((id(row, 0)?, item))
    })?;
    Scan::collect(rows, page.limit)
}

pub(super) fn of_endpoint(
    db: &Connection,
    app_id: AppId,
    endpoint_id: EndpointId,
    page: &Page<AttemptId>,
    filter: &AttemptFilter,
) -> Result<Scan<Attempt, AttemptId>, Fault> {
    let lives = db
        .prepare_cached("SELECT 1 FROM endpoint WHERE app_id = ?1 AND id = ?2")?
        .exists(params![app_id.to_bytes(), endpoint_id.to_bytes()])?;
    if !lives {
        return Ok(Scan { items: Vec::new(), resume: None });
    }
    let marks = marks_of(filter);
    let asks_for_marks = marks != MessageFilter::default();
    let mut message = db.prepare_cached(MARKS)?;
    let bounds = Bounds::between(page, filter.after, filter.before);
    let mut places = Places::of(db, endpoint_id, bounds, page.order)?;
    let mut row_at = RowAt::new(db)?;
    let rows = places.walk()?.map(|place| {
        let place = place?;
        let item = row_at.read(place, |row| {
            let passes = attempt::passes(row, filter)?
                && (!asks_for_marks || passes_message(&mut message, app_id, place.message_id(), &marks)?);
            passes.then(|| attempt::read(db, row, app_id)).transpose()
        })?;
        Ok::<_, Fault>((place.id(), item))
    });
    Scan::collect(rows, page.limit)
}

pub(super) fn one(
    db: &Connection,
    app_id: AppId,
    message_id: MessageId,
    id: AttemptId,
) -> Result<Option<Attempt>, Fault> {
    if !passes_message(&mut db.prepare_cached(MARKS)?, app_id, message_id, &MessageFilter::default())? {
        return Ok(None);
    }
    let sql = format!("SELECT {} FROM attempt WHERE message_id = ?1 AND id = ?2", attempt::COLUMNS);
    first(db, &sql, params![message_id.to_bytes(), id.to_bytes()], |row| attempt::read(db, row, app_id))
}

/// What the filter says of the attempts' messages.
pub(super) fn marks_of(filter: &AttemptFilter) -> MessageFilter {
    MessageFilter {
        event_types: filter.event_types.clone(),
        channel: filter.channel.clone(),
        ..MessageFilter::default()
    }
}

/// Whether this message lives in this application and has the marks.
pub(super) fn passes_message(
    statement: &mut CachedStatement<'_>,
    app_id: AppId,
    message_id: MessageId,
    marks: &MessageFilter,
) -> rusqlite::Result<bool> {
    let mut rows = statement.query(params![app_id.to_bytes(), message_id.to_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(false) };
    Ok(message::passes_marks(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str_or_null()?, marks))
}
