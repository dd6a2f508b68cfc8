//! Messages.

use klingel_model::{AppId, EnvironmentId, Message, MessageId};
use klingel_store::{MessageFilter, MessageRef, Page, Scan};
use rusqlite::{Connection, Row, params};

use super::bounds::{Bounds, word};
use super::catalog::first;
use crate::fault::Fault;
use crate::rows::{id, message};

/// The environment of an application that lives.
fn environment_of(db: &Connection, app_id: AppId) -> Result<Option<EnvironmentId>, Fault> {
    let sql = "SELECT environment_id FROM application WHERE id = ?1";
    first(db, sql, [app_id.to_bytes()], |row| Ok(id(row, 0)?))
}

pub(super) fn one(db: &Connection, app_id: AppId, wanted: &MessageRef) -> Result<Option<Message>, Fault> {
    let Some(environment_id) = environment_of(db, app_id)? else { return Ok(None) };
    let sql = format!("SELECT {}, m.payload FROM message m WHERE m.app_id = ?1", message::COLUMNS);
    let owner = app_id.to_bytes();
    let read = |row: &Row<'_>| message::read(row, 0, (app_id, environment_id), message::payload(row, 6)?);
    match wanted {
        MessageRef::Id(id) => first(db, &format!("{sql} AND m.id = ?2"), params![owner, id.to_bytes()], read),
        MessageRef::EventId(event_id) => {
            first(db, &format!("{sql} AND m.event_id = ?2"), params![owner, event_id.as_str()], read)
        }
    }
}

pub(super) fn list(
    db: &Connection,
    app_id: AppId,
    page: &Page<MessageId>,
    filter: &MessageFilter,
) -> Result<Scan<Message, MessageId>, Fault> {
    let Some(environment_id) = environment_of(db, app_id)? else {
        return Ok(Scan { items: Vec::new(), resume: None });
    };
    let Bounds { low, high } = Bounds::between(page, filter.after, filter.before);
    let sql = format!(
        "SELECT {}, m.seq FROM message m WHERE m.app_id = ?1 AND m.id > ?2 AND m.id < ?3 ORDER BY m.id {}",
        message::COLUMNS,
        word(page.order)
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut payload_of = db.prepare_cached("SELECT payload FROM message WHERE seq = ?1")?;
    let rows = statement.query_and_then(params![app_id.to_bytes(), low, high], |row| {
        let key = id(row, 0)?;
        if !message::passes(row, filter)? {
            return Ok((key, None));
        }
        let payload = if filter.with_payload {
            payload_of.query_row([row.get::<_, i64>(6)?], |row| message::payload(row, 0))?
        } else {
            None
        };
        Ok::<_, Fault>((key, Some(message::read(row, 0, (app_id, environment_id), payload)?)))
    })?;
    Scan::collect(rows, page.limit)
}
