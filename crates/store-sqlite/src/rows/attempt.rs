//! Rows of `attempt`.

use std::time::Duration;

use bytes::Bytes;
use klingel_model::{
    AppId, Attempt, AttemptId, AttemptStatus, ErrorClass, MessageId, MessageSeq, Micros, Trigger,
};
use klingel_store::AttemptFilter;
use rusqlite::{CachedStatement, Connection, Row, params};

use super::{count_at, id, instant, instant_or_null};
use crate::fault::{Fault, corrupt};

/// The columns that [`read`] and [`passes`] take, from column 0. The answer's body is not among them: SQLite would
/// fetch it for every row that a filtered list looks at.
pub(crate) const COLUMNS: &str = "id, message_id, endpoint_id, manual, success, response_status, number, \
     started_at, duration_us, next_attempt_at, error_class, error, url";
/// How many columns [`COLUMNS`] names.
pub(crate) const COLUMNS_COUNT: usize = 13;

/// Writes attempts: prepared once for a whole batch.
pub(crate) struct Recorder<'db> {
    insert: CachedStatement<'db>,
    lives: CachedStatement<'db>,
}

impl<'db> Recorder<'db> {
    pub(crate) fn new(db: &'db Connection) -> rusqlite::Result<Self> {
        let insert = db.prepare_cached(
            "INSERT OR IGNORE INTO attempt (message_id, id, endpoint_id, manual, success, response_status, number,
                 started_at, duration_us, next_attempt_at, error_class, error, url, response_body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?;
        let lives = db.prepare_cached("SELECT 1 FROM message WHERE seq = ?1")?;
        Ok(Self { insert, lives })
    }

    /// Writes an attempt, unless it is there already or its message is gone; `lives`: its message is known to be there.
    pub(crate) fn record(
        &mut self,
        attempt: &Attempt,
        message_seq: MessageSeq,
        lives: bool,
    ) -> rusqlite::Result<()> {
        if !lives && !self.lives.exists([message_seq.0])? {
            return Ok(());
        }
        let duration_us = i64::try_from(attempt.duration.as_micros()).unwrap_or(i64::MAX);
        self.insert.execute(params![
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
        ])?;
        Ok(())
    }
}

/// Reads an attempt of this application, and looks up its answer's body.
pub(crate) fn read(db: &Connection, row: &Row<'_>, app_id: AppId) -> Result<Attempt, Fault> {
    let (attempt_id, message_id) = (id(row, 0)?, id(row, 1)?);
    let response_body = body(db, message_id, attempt_id)?;
    let class = row.get_ref(10)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    let error_class = class
        .map(|word| ErrorClass::parse(word).ok_or_else(|| corrupt("attempt", "unknown error class")))
        .transpose()?;
    Ok(Attempt {
        id: attempt_id,
        app_id,
        message_id,
        endpoint_id: id(row, 2)?,
        url: row.get(12)?,
        number: row.get(6)?,
        trigger: if row.get(3)? { Trigger::Manual } else { Trigger::Schedule },
        started_at: instant(row, 7)?,
        duration: Duration::from_micros(count_at(row, 8)?),
        status: status(row)?,
        response_status: row.get(5)?,
        response_body,
        error_class,
        error: row.get(11)?,
        next_attempt_at: instant_or_null(row, 9)?,
    })
}

fn body(db: &Connection, message_id: MessageId, id: AttemptId) -> rusqlite::Result<Bytes> {
    let body: Option<Vec<u8>> = db
        .prepare_cached("SELECT response_body FROM attempt WHERE message_id = ?1 AND id = ?2")?
        .query_row([message_id.to_bytes(), id.to_bytes()], |row| row.get(0))?;
    Ok(Bytes::from(body.unwrap_or_default()))
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
