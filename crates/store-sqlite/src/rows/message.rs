//! Rows of `message`.

use std::sync::Arc;

use bytes::Bytes;
use klingel_model::{AppId, ChannelName, EnvironmentId, Message, MessageSeq};
use klingel_store::MessageFilter;
use rusqlite::{Connection, Row, params};

use super::{event_type, holds_channel, id, instant, instant_or_null, joined, split, uid_or_null};
use crate::fault::Fault;

/// The columns that [`read`] takes, of a table or alias `m`. The payload is not among them: SQLite would fetch it for
/// every row that a filtered list looks at.
pub(crate) const COLUMNS: &str = "m.id, m.event_id, m.event_type, m.channels, m.created_at, m.payload_until";

/// Writes a message.
pub(crate) fn insert(db: &Connection, message: &Message) -> rusqlite::Result<MessageSeq> {
    let channels = joined(message.channels.iter().map(ChannelName::as_str));
    db.prepare_cached(
        "INSERT INTO message (id, app_id, event_id, event_type, channels, created_at, payload_until, payload)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        message.id.to_bytes(),
        message.app_id.to_bytes(),
        message.event_id.as_ref().map(klingel_model::Uid::as_str),
        message.event_type.as_str(),
        (!channels.is_empty()).then_some(channels),
        message.created_at.as_unix_us(),
        message.payload_until.map(klingel_model::Micros::as_unix_us),
        message.payload.as_deref(),
    ])?;
    Ok(MessageSeq(db.last_insert_rowid()))
}

/// Reads [`COLUMNS`], which begin at column `first`.
pub(crate) fn read(
    row: &Row<'_>,
    first: usize,
    (app_id, environment_id): (AppId, EnvironmentId),
    payload: Option<Bytes>,
) -> Result<Message, Fault> {
    let channels = row.get_ref(first + 3)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    Ok(Message {
        id: id(row, first)?,
        environment_id,
        app_id,
        event_id: uid_or_null(row, first + 1)?,
        event_type: event_type(row, first + 2)?,
        channels: Arc::from(split(channels.unwrap_or_default(), ChannelName::new)?),
        payload,
        created_at: instant(row, first + 4)?,
        payload_until: instant_or_null(row, first + 5)?,
    })
}

/// Column `column` as a payload, if there is one.
pub(crate) fn payload(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Bytes>> {
    Ok(row.get::<_, Option<Vec<u8>>>(column)?.map(Bytes::from))
}

/// Whether the row whose [`COLUMNS`] begin at column 0 passes the filter.
pub(crate) fn passes(row: &Row<'_>, filter: &MessageFilter) -> rusqlite::Result<bool> {
    let created_at = instant(row, 4)?;
    Ok(filter.before.is_none_or(|before| created_at < before)
        && filter.after.is_none_or(|after| created_at > after)
        && passes_marks(row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_str_or_null()?, filter))
}

/// Whether an event type and a column of channels pass the filter.
pub(crate) fn passes_marks(event_type: &str, channels: Option<&str>, filter: &MessageFilter) -> bool {
    filter.event_types.as_ref().is_none_or(|wanted| wanted.iter().any(|name| name.as_str() == event_type))
        && filter.channel.as_ref().is_none_or(|wanted| holds_channel(channels, wanted))
}
