//! Rows of `attempt`.

use std::time::Duration;

use bytes::Bytes;
use klingel_model::{
    AppId, Attempt, AttemptId, AttemptStatus, ErrorClass, MessageId, MessageSeq, Micros, Trigger,
};
use klingel_store::AttemptFilter;
use rusqlite::{Connection, Row, Statement};

use super::{count_at, id, instant, instant_or_null};
use crate::desk::Hot;
use crate::fault::{Fault, corrupt};

/// The columns that [`read`] and [`passes`] take, from column 0. The answer's body is not among them: SQLite would
/// fetch it for every row that a filtered list looks at.
pub(crate) const COLUMNS: &str = "id, message_id, endpoint_id, manual, success, response_status, number, \
     started_at, duration_us, next_attempt_at, error_class, error, url";
/// How many columns [`COLUMNS`] names.
pub(crate) const COLUMNS_COUNT: usize = 13;

/// The columns that [`bind`] and [`bind_rest`] bind, in their order.
pub(crate) const INSERTED: [&str; 14] = [
    "message_id",
    "id",
    "endpoint_id",
    "manual",
    "success",
    "response_status",
    "number",
    "started_at",
    "duration_us",
    "url",
    "response_body",
    "next_attempt_at",
    "error_class",
    "error",
];
/// How many of them [`bind`] binds.
const BOUND: usize = 11;
/// Those of an attempt that succeeded, which has no others.
pub(crate) const INSERTED_OF_SUCCESS: &[&str] = INSERTED.split_at(BOUND).0;

/// Writes the attempts of a batch.
#[derive(Default)]
pub(crate) struct Recorder<'a> {
    attempts: Vec<&'a Attempt>,
}

impl<'a> Recorder<'a> {
    /// Notes an attempt, unless its message is gone; `lives`: its message is known to be there.
    pub(crate) fn note(
        &mut self,
        db: &Connection,
        attempt: &'a Attempt,
        message_seq: MessageSeq,
        lives: bool,
    ) -> rusqlite::Result<()> {
        let lives =
            lives || db.prepare_cached("SELECT 1 FROM message WHERE seq = ?1")?.exists([message_seq.0])?;
        if lives {
            self.attempts.push(attempt);
        }
        Ok(())
    }

    /// Writes what was noted, unless it is there already. Gives all of it.
    pub(crate) fn write(mut self, hot: &mut Hot<'_>) -> rusqlite::Result<Vec<&'a Attempt>> {
        // In the order of the table's key, most of them follow each other at its end.
        self.attempts.sort_unstable_by_key(|attempt| (has_rest(attempt), attempt.message_id, attempt.id));
        let plain = self.attempts.partition_point(|attempt| !has_rest(attempt));
        let (successes, others) = self.attempts.split_at(plain);
        hot.successes.run(successes, |insert, first, attempt| bind(insert, first, attempt))?;
        hot.attempts.run(others, |insert, first, attempt| {
            bind(insert, first, attempt)?;
            bind_rest(insert, first + BOUND, attempt)
        })?;
        Ok(self.attempts)
    }
}

/// Whether an attempt has any of the columns that one that succeeded has not.
fn has_rest(attempt: &Attempt) -> bool {
    attempt.next_attempt_at.is_some() || attempt.error_class.is_some() || attempt.error.is_some()
}

/// Binds the columns that every attempt has, the first of them to the place `first`.
fn bind(insert: &mut Statement<'_>, first: usize, attempt: &Attempt) -> rusqlite::Result<()> {
    let body = (!attempt.response_body.is_empty()).then_some(&*attempt.response_body);
    insert.raw_bind_parameter(first, attempt.message_id.to_bytes())?;
    insert.raw_bind_parameter(first + 1, attempt.id.to_bytes())?;
    insert.raw_bind_parameter(first + 2, attempt.endpoint_id.to_bytes())?;
    insert.raw_bind_parameter(first + 3, attempt.trigger == Trigger::Manual)?;
    insert.raw_bind_parameter(first + 4, attempt.status == AttemptStatus::Success)?;
    insert.raw_bind_parameter(first + 5, attempt.response_status)?;
    insert.raw_bind_parameter(first + 6, attempt.number)?;
    insert.raw_bind_parameter(first + 7, attempt.started_at.as_unix_us())?;
    let duration_us = i64::try_from(attempt.duration.as_micros()).unwrap_or(i64::MAX);
    insert.raw_bind_parameter(first + 8, duration_us)?;
    insert.raw_bind_parameter(first + 9, &*attempt.url)?;
    insert.raw_bind_parameter(first + 10, body)
}

/// Binds the others, the first of them to the place `first`.
fn bind_rest(insert: &mut Statement<'_>, first: usize, attempt: &Attempt) -> rusqlite::Result<()> {
    insert.raw_bind_parameter(first, attempt.next_attempt_at.map(Micros::as_unix_us))?;
    insert.raw_bind_parameter(first + 1, attempt.error_class.map(ErrorClass::as_str))?;
    insert.raw_bind_parameter(first + 2, attempt.error.as_deref())
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
