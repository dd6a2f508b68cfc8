//! Rows of `attempt`.

use std::time::Duration;

use bytes::Bytes;
use klingel_model::{AppId, Attempt, AttemptStatus, ErrorClass, MessageSeq, Micros, Trigger};
use klingel_store::AttemptFilter;
use rusqlite::{Connection, Row, params};

use super::{count_at, id, instant, instant_or_null};
use crate::fault::{Fault, corrupt};

/// The columns that [`read`] and [`passes`] take, from column 0.
pub(crate) const COLUMNS: &str = "id, message_id, endpoint_id, manual, success, response_status, number, \
     started_at, duration_us, next_attempt_at, error_class, error, url, response_body";

/// Writes an attempt, unless it is there already or its message is gone.
pub(crate) fn insert(db: &Connection, attempt: &Attempt, message_seq: MessageSeq) -> rusqlite::Result<()> {
    let duration_us = i64::try_from(attempt.duration.as_micros()).unwrap_or(i64::MAX);
    db.prepare_cached(
        "INSERT OR IGNORE INTO attempt (message_id, id, endpoint_id, manual, success, response_status, number,
             started_at, duration_us, next_attempt_at, error_class, error, url, response_body)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14
         WHERE EXISTS (SELECT 1 FROM message WHERE seq = ?15)",
    )?
    .execute(params![
        attempt.message_id.to_bytes(),
        attempt.id.to_bytes(),
        attempt.endpoint_id.to_bytes(),
        attempt.trigger == Trigger::Manual,
        attempt.status == AttemptStatus::Success,
        attempt.response_status,
        attempt.number,
        attempt.started_at.as_unix_us(),
        duration_us,
        attempt.next_attempt_at.map(Micros::as_unix_us),
        attempt.error_class.map(ErrorClass::as_str),
        attempt.error.as_deref(),
        &*attempt.url,
        (!attempt.response_body.is_empty()).then_some(&*attempt.response_body),
        message_seq.0,
    ])?;
    Ok(())
}

/// Reads an attempt of this application.
pub(crate) fn read(row: &Row<'_>, app_id: AppId) -> Result<Attempt, Fault> {
    let class = row.get_ref(10)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    let error_class = class
        .map(|word| ErrorClass::parse(word).ok_or_else(|| corrupt("attempt", "unknown error class")))
        .transpose()?;
    Ok(Attempt {
        id: id(row, 0)?,
        app_id,
        message_id: id(row, 1)?,
        endpoint_id: id(row, 2)?,
        url: row.get(12)?,
        number: row.get(6)?,
        trigger: if row.get(3)? { Trigger::Manual } else { Trigger::Schedule },
        started_at: instant(row, 7)?,
        duration: Duration::from_micros(count_at(row, 8)?),
        status: status(row)?,
        response_status: row.get(5)?,
        response_body: Bytes::from(row.get::<_, Option<Vec<u8>>>(13)?.unwrap_or_default()),
        error_class,
        error: row.get(11)?,
        next_attempt_at: instant_or_null(row, 9)?,
    })
}

/// Whether the row passes what the filter says of attempts; what it says of their messages is not looked at.
pub(crate) fn passes(row: &Row<'_>, filter: &AttemptFilter) -> rusqlite::Result<bool> {
    let (started_at, response_status) = (instant(row, 7)?, row.get::<_, u16>(5)?);
    let (status, endpoint_id) = (status(row)?, id(row, 2)?);
    Ok(filter.status.is_none_or(|wanted| status == wanted)
        && filter.status_class.is_none_or(|class| response_status / 100 * 100 == class)
        && filter.endpoint_id.is_none_or(|wanted| endpoint_id == wanted)
        && filter.before.is_none_or(|before| started_at < before)
        && filter.after.is_none_or(|after| started_at > after))
}

fn status(row: &Row<'_>) -> rusqlite::Result<AttemptStatus> {
    Ok(if row.get(4)? { AttemptStatus::Success } else { AttemptStatus::Fail })
}
