//! Rows of `message`.

use std::sync::Arc;

use bytes::Bytes;
use klingel_model::{AppId, ChannelName, EnvironmentId, Message, MessageSeq, Micros, Uid};
use klingel_store::MessageFilter;
use rusqlite::{Row, Statement};

use super::{event_type, holds_channel, id, instant, instant_or_null, joined, split, uid_or_null};
use crate::fault::Fault;

/// The columns that [`read`] takes, of a table or alias `m`. The payload is not among them: SQLite would fetch it for
/// every row that a filtered list looks at.
pub(crate) const COLUMNS: &str = "m.id, m.event_id, m.event_type, m.channels, m.created_at, m.payload_until";

/// Inserts what [`bind`] binds.
pub(crate) const INSERT: &str = "INSERT INTO message (seq, id, app_id, event_id, event_type, channels, created_at, \
     payload_until, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

/// Binds the columns of a message.
pub(crate) fn bind(insert: &mut Statement<'_>, seq: MessageSeq, message: &Message) -> rusqlite::Result<()> {
    let channels = joined(message.channels.iter().map(ChannelName::as_str));
    insert.raw_bind_parameter(1, seq.0)?;
    insert.raw_bind_parameter(2, message.id.to_bytes())?;
    insert.raw_bind_parameter(3, message.app_id.to_bytes())?;
    insert.raw_bind_parameter(4, message.event_id.as_ref().map(Uid::as_str))?;
    insert.raw_bind_parameter(5, message.event_type.as_str())?;
    insert.raw_bind_parameter(6, (!channels.is_empty()).then_some(channels))?;
    insert.raw_bind_parameter(7, message.created_at.as_unix_us())?;
    insert.raw_bind_parameter(8, message.payload_until.map(Micros::as_unix_us))?;
    insert.raw_bind_parameter(9, message.payload.as_deref())
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
