//! What chores do, in short steps.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use klingel_model::{AppId, EndpointId, MessageId, Micros};
use klingel_store::page::SCAN_ROWS_MAX;
use klingel_store::{Error, Retired, RetiredOf, Upkeep, Verb};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::depth::Change;
use crate::desk::Desk;
use crate::fault::{Fault, corrupt};
use crate::inbox::Haste;
use crate::job::Class;
use crate::place::Place;
use crate::settle::{STAGE_FIRST, STAGE_MANUAL, STAGE_RETRY, count_removed};
use crate::store::SqliteStore;

/// The search for old messages ends behind so many young ones in a row. Numbers of messages and their times grow
/// together; the run lets it pass over a few that a jumping clock has dated wrongly.
const YOUNG_RUN_MAX: usize = 1000;

/// `kind` of an endpoint in `erasing`.
pub(crate) const ERASING_ENDPOINT: i64 = 0;
/// `kind` of an application in `erasing`.
pub(crate) const ERASING_APPLICATION: i64 = 1;

impl Upkeep for SqliteStore {
    fn retire(&self, before: Micros, limit: usize) -> Verb<'_, Retired> {
        Box::pin(async move {
            let from = self.retire_from.load(Ordering::Relaxed);
            let work = move |desk: &mut Desk<'_>| retire(desk, from, before, limit);
            let (retired, next) = self.write_at_desk(Haste::Urgent, Class::Settles, limit, work).await?;
            self.retire_from.store(next, Ordering::Relaxed);
            Ok(retired)
        })
    }

    fn retire_of(
        &self,
        app_id: AppId,
        before: Micros,
        after: Option<MessageId>,
        limit: usize,
    ) -> Verb<'_, RetiredOf> {
        self.write_at_desk(Haste::Urgent, Class::Settles, limit, move |desk| {
            retire_of(desk, app_id, before, after, limit)
        })
    }

    fn expire_payloads(&self, now: Micros, limit: usize) -> Verb<'_, u64> {
        self.write(Class::Settles, limit, move |db, _| {
            let mut expire = db.prepare_cached(
                "UPDATE message SET payload = NULL, payload_until = NULL WHERE seq IN
                     (SELECT seq FROM message WHERE payload_until <= ?1 ORDER BY payload_until LIMIT ?2)",
            )?;
            Ok(expire.execute(params![now.as_unix_us(), sql_limit(limit)])? as u64)
        })
    }

    fn forget_answers(&self, now: Micros, limit: usize) -> Verb<'_, u64> {
        self.write(Class::Settles, limit, move |db, _| {
            let mut forget = db.prepare_cached(
                "DELETE FROM once WHERE key IN (SELECT key FROM once WHERE expires_at <= ?1 LIMIT ?2)",
            )?;
            Ok(forget.execute(params![now.as_unix_us(), sql_limit(limit)])? as u64)
        })
    }

    fn erase_deleted(&self, limit: usize) -> Verb<'_, Retired> {
        self.write_at_desk(Haste::Urgent, Class::Settles, limit, move |desk| erase_deleted(desk, limit))
    }

    fn probe(&self, now: Micros) -> Verb<'_, ()> {
        Box::pin(async move {
            let write = move |db: &Connection, _: &mut Change| -> Result<(), Fault> {
                db.prepare_cached("INSERT OR REPLACE INTO probe (id, at) VALUES (1, ?1)")?
                    .execute([now.as_unix_us()])?;
                Ok(())
            };
            self.write(Class::Changes, 1, write).await?;
            // Somebody else's probe may have come in between: that one is as good as ours.
            let found = self.read(|db| Ok(db.prepare_cached("SELECT 1 FROM probe")?.exists([])?)).await?;
            if found {
                Ok(())
            } else {
                Err(Error::Corrupt("table probe: what was written is gone".to_owned()))
            }
        })
    }
}

/// A message that retention may remove.
struct Old {
    seq: i64,
    id: MessageId,
    app_id: AppId,
}

/// Removes old messages behind number `from`. Gives, too, from where to go on.
fn retire(desk: &mut Desk<'_>, from: i64, before: Micros, limit: usize) -> Result<(Retired, i64), Fault> {
    let mut retired = Retired::default();
    let (old, next) = old_messages(desk.db, from, before, limit)?;
    let owed = owed(desk.db, &old)?;
    for message in old.iter().filter(|message| !owed.contains(&message.seq)) {
        retired.messages += 1;
        retired.attempts += remove_message(desk, message.seq, message.id)?;
    }
    retired.more = next.is_some();
    Ok((retired, next.unwrap_or(0)))
}

/// At most `limit` old messages, and where to go on; `None` at the end.
fn old_messages(
    db: &Connection,
    from: i64,
    before: Micros,
    limit: usize,
) -> Result<(Vec<Old>, Option<i64>), Fault> {
    let mut statement =
        db.prepare_cached("SELECT seq, id, app_id, created_at FROM message WHERE seq > ?1 ORDER BY seq")?;
    let mut rows = statement.query([from])?;
    let (mut old, mut young_run, mut last) = (Vec::new(), 0, from);
    for _ in 0..SCAN_ROWS_MAX {
        let Some(row) = rows.next()? else { return Ok((old, None)) };
        if old.len() >= limit {
            return Ok((old, Some(last)));
        }
        last = row.get(0)?;
        if row.get::<_, i64>(3)? < before.as_unix_us() {
            young_run = 0;
            old.push(Old { seq: last, id: crate::rows::id(row, 1)?, app_id: crate::rows::id(row, 2)? });
        } else {
            young_run += 1;
            if young_run >= YOUNG_RUN_MAX {
                return Ok((old, None));
            }
        }
    }
    Ok((old, Some(last)))
}

fn retire_of(
    desk: &mut Desk<'_>,
    app_id: AppId,
    before: Micros,
    after: Option<MessageId>,
    limit: usize,
) -> Result<RetiredOf, Fault> {
    let db = desk.db;
    let mut statement = db.prepare_cached(
        "SELECT seq, id, created_at FROM message WHERE app_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    )?;
    let begin = after.map_or([0; 16], MessageId::to_bytes);
    let mut rows = statement.query(params![app_id.to_bytes(), begin, sql_limit(limit)])?;
    let (mut old, mut last, mut looked_at) = (Vec::new(), None, 0);
    while let Some(row) = rows.next()? {
        let id = crate::rows::id(row, 1)?;
        (last, looked_at) = (Some(id), looked_at + 1);
        if row.get::<_, i64>(2)? < before.as_unix_us() {
            old.push(Old { seq: row.get(0)?, id, app_id });
        }
    }
    // Ids and times grow together: behind a whole step of young messages there are no old ones.
    let resume = last.filter(|_| looked_at == limit && !old.is_empty());
    // A span of numbers is what `owed` reads by, and numbers may lie in another order than ids.
    old.sort_unstable_by_key(|message| message.seq);
    let owed = owed(db, &old)?;
    let mut retired = RetiredOf { resume, ..RetiredOf::default() };
    for message in old.iter().filter(|message| !owed.contains(&message.seq)) {
        retired.messages += 1;
        retired.attempts += remove_message(desk, message.seq, message.id)?;
    }
    Ok(retired)
}

/// Numbers of messages, among these, that are still owed to somebody: looked up by endpoint, because an index by
/// message would cost every delivery something for the sake of a chore.
fn owed(db: &Connection, old: &[Old]) -> Result<BTreeSet<i64>, Fault> {
    let mut spans: BTreeMap<AppId, (i64, i64)> = BTreeMap::new();
    for message in old {
        let span = spans.entry(message.app_id).or_insert((message.seq, message.seq));
        span.1 = message.seq;
    }
    let mut owed = BTreeSet::new();
    if let (Some(first), Some(last)) = (old.first(), old.last()) {
        let mut young = db.prepare_cached(
            "SELECT DISTINCT message_seq FROM young_delivery WHERE message_seq BETWEEN ?1 AND ?2",
        )?;
        let mut rows = young.query([first.seq, last.seq])?;
        while let Some(row) = rows.next()? {
            owed.insert(row.get(0)?);
        }
    }
    let mut statement = db.prepare_cached(
        "SELECT d.message_seq FROM endpoint e CROSS JOIN delivery d ON d.endpoint_id = e.id
         WHERE e.app_id = ?1 AND d.stage = ?2 AND d.message_seq BETWEEN ?3 AND ?4",
    )?;
    for (app_id, (first, last)) in spans {
        for stage in [STAGE_FIRST, STAGE_RETRY, STAGE_MANUAL] {
            let mut rows = statement.query(params![app_id.to_bytes(), stage, first, last])?;
            while let Some(row) = rows.next()? {
                owed.insert(row.get(0)?);
            }
        }
    }
    Ok(owed)
}

/// Removes a message with its attempts. Gives how many attempts.
fn remove_message(desk: &mut Desk<'_>, seq: i64, id: MessageId) -> rusqlite::Result<u64> {
    let db = desk.db;
    desk.arrivals.sort_message(db, id)?;
    let mut attempts =
        db.prepare_cached("DELETE FROM attempt WHERE message_id = ?1 RETURNING endpoint_id, id")?;
    let places = attempts
        .query_map([id.to_bytes()], |row| {
            Ok(Place::new(crate::rows::id(row, 0)?, crate::rows::id(row, 1)?, id))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let mut place = db.prepare_cached("DELETE FROM attempt_place WHERE place = ?1")?;
    for removed in &places {
        place.execute([removed.bytes()])?;
    }
    db.prepare_cached("DELETE FROM message WHERE seq = ?1")?.execute([seq])?;
    db.prepare_cached("DELETE FROM canceled WHERE message_seq = ?1")?.execute([seq])?;
    db.prepare_cached("DELETE FROM trial WHERE message_seq = ?1")?.execute([seq])?;
    Ok(places.len() as u64)
}

fn erase_deleted(desk: &mut Desk<'_>, limit: usize) -> Result<Retired, Fault> {
    let db = desk.db;
    let (mut erased, mut slots) = (Retired::default(), 0);
    let mut next = db.prepare_cached("SELECT kind, id FROM erasing ORDER BY kind, id LIMIT 1")?;
    loop {
        let owner: Option<(i64, [u8; 16])> =
            next.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((kind, id)) = owner else { return Ok(erased) };
        let done = |erased: &Retired, slots: u64| {
            erased.deliveries + erased.messages + erased.attempts + erased.records + slots
        };
        let left = (limit as u64).saturating_sub(done(&erased, slots));
        if left == 0 {
            return Ok(Retired { more: true, ..erased });
        }
        let finished = match kind {
            ERASING_ENDPOINT => erase_deliveries(desk, id, left, &mut erased)?,
            ERASING_APPLICATION => erase_messages(desk, id, left, &mut erased)?,
            other => return Err(corrupt("erasing", format!("unknown kind {other}"))),
        };
        let left = (limit as u64).saturating_sub(done(&erased, slots));
        let removed = crate::stats::erase(db, kind, id, left)?;
        slots += removed;
        if finished && removed < left {
            db.prepare_cached("DELETE FROM erasing WHERE kind = ?1 AND id = ?2")?
                .execute(params![kind, id])?;
        }
    }
}

/// `true` when none is left.
fn erase_deliveries(
    desk: &mut Desk<'_>,
    endpoint_id: [u8; 16],
    left: u64,
    erased: &mut Retired,
) -> rusqlite::Result<bool> {
    let mut some = desk.db.prepare_cached(
        "DELETE FROM delivery WHERE endpoint_id = ?1 AND (stage, message_seq) IN
             (SELECT stage, message_seq FROM delivery WHERE endpoint_id = ?1 LIMIT ?2) RETURNING stage",
    )?;
    let mut rows = some.query(params![endpoint_id, left.cast_signed()])?;
    let mut removed = 0;
    while let Some(row) = rows.next()? {
        count_removed(row.get(0)?, &mut desk.change);
        removed += 1;
    }
    for _ in desk.young.remove_of(EndpointId::from_bytes(endpoint_id), left - removed)? {
        count_removed(STAGE_FIRST, &mut desk.change);
        removed += 1;
    }
    erased.deliveries += removed;
    Ok(removed < left)
}

/// Messages, then records. `true` when none is left.
fn erase_messages(
    desk: &mut Desk<'_>,
    app_id: [u8; 16],
    left: u64,
    erased: &mut Retired,
) -> rusqlite::Result<bool> {
    let db = desk.db;
    let mut statement = db.prepare_cached("SELECT seq, id FROM message WHERE app_id = ?1 LIMIT 1")?;
    let mut removed = 0;
    while removed < left {
        let message = statement
            .query_row([app_id], |row| Ok((row.get::<_, i64>(0)?, crate::rows::id(row, 1)?)))
            .optional()?;
        let Some((seq, id)) = message else {
            let records = crate::records::erase(db, app_id, left - removed)?;
            erased.records += records;
            return Ok(records < left - removed);
        };
        let attempts = remove_message(desk, seq, id)?;
        erased.messages += 1;
        erased.attempts += attempts;
        removed += 1 + attempts;
    }
    Ok(false)
}

/// A number of rows as SQLite takes it.
pub(crate) fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
