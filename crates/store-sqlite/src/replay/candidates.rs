//! Messages that may be sent again.

use std::sync::Arc;
use std::time::Duration;

use klingel_model::{EndpointId, EnvironmentId, Message, MessageId, MessageSeq, ReplaySpan, ReplayWhich};
use klingel_store::replay::REPLAY_PAGE_BYTES_MAX;
use klingel_store::{Candidate, Error, Page, Scan};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::desk::Desk;
use crate::fault::Fault;
use crate::reader::bounds::{Bounds, word};
use crate::rows::{count_at, id, instant, message};

/// The times of a span are inclusive at its beginning, those of a page's bounds are not.
const TICK: Duration = Duration::from_micros(1);

pub(super) fn admit_trial(desk: &mut Desk<'_>, message: &Arc<Message>) -> Result<MessageSeq, Fault> {
    if !desk.living.has_application(desk.db, message.app_id, message.environment_id)? {
        return Err(Error::Gone.into());
    }
    let seq = desk.take(message, &[])?;
    desk.db.prepare_cached("INSERT INTO trial (message_seq) VALUES (?1)")?.execute([seq.0])?;
    Ok(seq)
}

/// Whether the payload is there is asked by its type: that does not fetch it.
fn sql(page: &Page<MessageId>) -> String {
    format!(
        "SELECT {}, m.seq,
             typeof(m.payload) <> 'null'
                 AND NOT EXISTS (SELECT 1 FROM trial t WHERE t.message_seq = m.seq)
                 AND NOT EXISTS (SELECT 1 FROM delivery d
                     WHERE d.endpoint_id = ?4 AND d.stage IN (0, 1, 2) AND d.message_seq = m.seq)
                 AND NOT EXISTS (SELECT 1 FROM young_delivery y
                     WHERE y.message_seq = m.seq AND y.endpoint_id = ?4),
             (SELECT t.success FROM attempt t WHERE t.message_id = m.id AND t.endpoint_id = ?4
              ORDER BY t.id DESC LIMIT 1),
             EXISTS (SELECT 1 FROM canceled c WHERE c.message_seq = m.seq AND c.endpoint_id = ?4)
         FROM message m WHERE m.app_id = ?1 AND m.id > ?2 AND m.id < ?3 ORDER BY m.id {}",
        message::COLUMNS,
        word(page.order)
    )
}

pub(super) fn list(
    db: &Connection,
    span: &ReplaySpan,
    page: &Page<MessageId>,
) -> Result<Scan<Candidate, MessageId>, Fault> {
    let Some(environment_id) = environment_of(db, span)? else {
        return Ok(Scan { items: Vec::new(), resume: None });
    };
    let Bounds { low, high } = Bounds::between(page, Some(span.since.minus(TICK)), Some(span.until));
    let mut statement = db.prepare_cached(&sql(page))?;
    let mut payload_of = db.prepare_cached("SELECT payload FROM message WHERE seq = ?1")?;
    let wanted = params![span.app_id.to_bytes(), low, high, span.endpoint_id.to_bytes()];
    let rows = statement.query_and_then(wanted, |row| {
        let (key, created_at) = (id(row, 0)?, instant(row, 4)?);
        let (last_success, is_canceled): (Option<bool>, bool) = (row.get(8)?, row.get(9)?);
        let inside = span.since <= created_at && created_at < span.until && row.get(7)?;
        if !inside || !is_meant(span.which, last_success, is_canceled) {
            return Ok((key, None));
        }
        let payload = payload_of.query_row([row.get::<_, i64>(6)?], |row| message::payload(row, 0))?;
        let message = message::read(row, 0, (span.app_id, environment_id), payload)?;
        Ok::<_, Fault>((key, Some(Candidate { message, sent: last_success.is_some() })))
    })?;
    // Ends behind the message that has filled the page with bytes.
    let (mut bytes, mut last, mut cut) = (0, None, None);
    let rows = rows.map_while(|row| {
        if bytes >= REPLAY_PAGE_BYTES_MAX {
            cut = last;
            return None;
        }
        if let Ok((key, item)) = &row {
            last = Some(*key);
            bytes += item.as_ref().and_then(|c| c.message.payload.as_ref()).map_or(0, bytes::Bytes::len);
        }
        Some(row)
    });
    let found = Scan::collect(rows, page.limit)?;
    Ok(Scan { resume: found.resume.or(cut), ..found })
}

fn is_meant(which: ReplayWhich, last_success: Option<bool>, is_canceled: bool) -> bool {
    match which {
        ReplayWhich::Failed => last_success == Some(false) && !is_canceled,
        ReplayWhich::Missing => last_success.is_none() && !is_canceled,
        ReplayWhich::All => true,
    }
}

/// The environment of application and endpoint, if both live.
fn environment_of(db: &Connection, span: &ReplaySpan) -> rusqlite::Result<Option<EnvironmentId>> {
    db.prepare_cached(
        "SELECT a.environment_id FROM endpoint e JOIN application a ON a.id = e.app_id
         WHERE e.app_id = ?1 AND e.id = ?2",
    )?
    .query_row(params![span.app_id.to_bytes(), span.endpoint_id.to_bytes()], |row| id(row, 0))
    .optional()
}

pub(super) fn asked_waiting(db: &Connection, endpoint_id: EndpointId, count_max: u64) -> Result<u64, Fault> {
    let limit = i64::try_from(count_max).unwrap_or(i64::MAX);
    let counted = db
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE endpoint_id = ?1 AND stage = 2 LIMIT ?2)",
        )?
        .query_row(params![endpoint_id.to_bytes(), limit], |row| count_at(row, 0))?;
    Ok(counted)
}
