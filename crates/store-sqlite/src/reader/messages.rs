//! Messages.

use klingel_model::{AppId, EnvironmentId, Message, MessageId};
use klingel_store::{MessageFilter, MessageRef, Page, Scan};
use rusqlite::{Connection, params};

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
    let sql = format!("SELECT {} FROM message m WHERE m.app_id = ?1", message::COLUMNS);
    let owner = app_id.to_bytes();
    let read = |row: &rusqlite::Row<'_>| message::read(row, 0, app_id, environment_id, true);
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
        "SELECT {} FROM message m WHERE m.app_id = ?1 AND m.id > ?2 AND m.id < ?3 ORDER BY m.id {}",
        message::COLUMNS,
        word(page.order)
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_and_then(params![app_id.to_bytes(), low, high], |row| {
        let item = message::passes(row, filter)?
            .then(|| message::read(row, 0, app_id, environment_id, filter.with_payload))
            .transpose()?;
        Ok::<_, Fault>((id(row, 0)?, item))
    })?;
    Scan::collect(rows, page.limit)
}
