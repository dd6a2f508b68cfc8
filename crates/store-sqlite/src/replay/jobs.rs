//! Rows of `replay`.

use klingel_model::{
    AppId, EndpointId, MessageId, Micros, Replay, ReplayId, ReplaySpan, ReplayState, ReplayWhich,
};
use klingel_store::replay::REPLAY_STEP_MAX;
use klingel_store::{Error, Page, ReplayStep, Scan};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::depth::Change;
use crate::fault::{Fault, corrupt};
use crate::reader::bounds::{Bounds, word};
use crate::rows::{count_at, id, instant};
use crate::settle::STAGE_MANUAL;
use crate::upkeep::sql_limit;

const COLUMNS: &str =
    "id, app_id, endpoint_id, since, until, which, state, cursor, asked, created_at, updated_at";

fn read(row: &Row<'_>) -> Result<Replay, Fault> {
    let word = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
    let which = ReplayWhich::parse(word(5)?).ok_or_else(|| corrupt("replay", "unknown kind"))?;
    let state = ReplayState::parse(word(6)?).ok_or_else(|| corrupt("replay", "unknown state"))?;
    let (app_id, endpoint_id) = (id(row, 1)?, id(row, 2)?);
    Ok(Replay {
        id: id(row, 0)?,
        span: ReplaySpan { app_id, endpoint_id, since: instant(row, 3)?, until: instant(row, 4)?, which },
        state,
        cursor: row.get::<_, Option<[u8; 16]>>(7)?.map(MessageId::from_bytes),
        asked: count_at(row, 8)?,
        created_at: instant(row, 9)?,
        updated_at: instant(row, 10)?,
    })
}

fn find(db: &Connection, replay_id: ReplayId) -> Result<Option<Replay>, Fault> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM replay WHERE id = ?1"))?;
    statement.query([replay_id.to_bytes()])?.next()?.map(read).transpose()
}

pub(super) fn add(db: &Connection, replay: &Replay) -> Result<(), Fault> {
    let span = &replay.span;
    let endpoint = span.endpoint_id.to_bytes();
    let lives = "SELECT 1 FROM endpoint WHERE app_id = ?1 AND id = ?2";
    if !db.prepare_cached(lives)?.exists(params![span.app_id.to_bytes(), endpoint])? {
        return Err(Error::Gone.into());
    }
    let running = "SELECT 1 FROM replay WHERE endpoint_id = ?1 AND state = 'running'";
    if db.prepare_cached(running)?.exists([endpoint])? {
        return Err(Error::Limit("replays_running_max", 1).into());
    }
    db.prepare_cached(&format!(
        "INSERT INTO replay ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
    ))?
    .execute(params![
        replay.id.to_bytes(),
        span.app_id.to_bytes(),
        endpoint,
        span.since.as_unix_us(),
        span.until.as_unix_us(),
        span.which.as_str(),
        replay.state.as_str(),
        replay.cursor.map(MessageId::to_bytes),
        i64::try_from(replay.asked).unwrap_or(i64::MAX),
        replay.created_at.as_unix_us(),
        replay.updated_at.as_unix_us(),
    ])?;
    Ok(())
}

/// All checks come first: a refused step must have written nothing.
pub(super) fn step(db: &Connection, step: &ReplayStep, change: &mut Change) -> Result<Replay, Fault> {
    if step.ask.len() > REPLAY_STEP_MAX {
        return Err(Error::Limit("replay_step_max", REPLAY_STEP_MAX as u64).into());
    }
    let replay = find(db, step.id)?.ok_or(Error::Gone)?;
    if replay.state != ReplayState::Running || replay.cursor != step.expected {
        return Err(Error::Changed.into());
    }
    let asked = ask(db, &replay.span, step, change)?;
    let replay = Replay {
        state: if step.cursor.is_some() { ReplayState::Running } else { ReplayState::Done },
        cursor: step.cursor.or(replay.cursor),
        asked: replay.asked + asked,
        updated_at: step.due_at,
        ..replay
    };
    update(db, &replay)?;
    Ok(replay)
}

fn ask(db: &Connection, span: &ReplaySpan, step: &ReplayStep, change: &mut Change) -> rusqlite::Result<u64> {
    let (app, endpoint) = (span.app_id.to_bytes(), span.endpoint_id.to_bytes());
    let mut find = db.prepare_cached(
        "SELECT m.seq FROM message m JOIN endpoint e ON e.app_id = m.app_id AND e.id = ?3
         WHERE m.app_id = ?1 AND m.id = ?2",
    )?;
    let mut add = db.prepare_cached(
        "INSERT OR IGNORE INTO delivery (endpoint_id, stage, message_seq, attempts, due_at)
         VALUES (?1, ?2, ?3, 0, ?4)",
    )?;
    let mut unmark = db.prepare_cached("DELETE FROM canceled WHERE message_seq = ?1 AND endpoint_id = ?2")?;
    let mut asked = 0;
    for message_id in &step.ask {
        let seq: Option<i64> =
            find.query_row(params![app, message_id.to_bytes(), endpoint], |row| row.get(0)).optional()?;
        let Some(seq) = seq else { continue };
        let added = add.execute(params![endpoint, STAGE_MANUAL, seq, step.due_at.as_unix_us()])?;
        unmark.execute(params![seq, endpoint])?;
        asked += u64::from(added > 0);
        change.retries += i64::from(added > 0);
    }
    Ok(asked)
}

fn update(db: &Connection, replay: &Replay) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE replay SET state = ?2, cursor = ?3, asked = ?4, updated_at = ?5 WHERE id = ?1",
    )?
    .execute(params![
        replay.id.to_bytes(),
        replay.state.as_str(),
        replay.cursor.map(MessageId::to_bytes),
        i64::try_from(replay.asked).unwrap_or(i64::MAX),
        replay.updated_at.as_unix_us(),
    ])?;
    Ok(())
}

pub(super) fn cancel(
    db: &Connection,
    app_id: AppId,
    replay_id: ReplayId,
    at: Micros,
) -> Result<Replay, Fault> {
    let replay = one(db, app_id, replay_id)?.ok_or(Error::Gone)?;
    if replay.state != ReplayState::Running {
        return Ok(replay);
    }
    let replay = Replay { state: ReplayState::Canceled, updated_at: at, ..replay };
    update(db, &replay)?;
    Ok(replay)
}

pub(super) fn one(db: &Connection, app_id: AppId, replay_id: ReplayId) -> Result<Option<Replay>, Fault> {
    Ok(find(db, replay_id)?.filter(|replay| replay.span.app_id == app_id))
}

pub(super) fn list(
    db: &Connection,
    app_id: AppId,
    endpoint_id: Option<EndpointId>,
    page: &Page<ReplayId>,
) -> Result<Scan<Replay, ReplayId>, Fault> {
    let Bounds { low, high } = Bounds::of(page);
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM replay WHERE app_id = ?1 AND id > ?2 AND id < ?3 ORDER BY id {}",
        word(page.order)
    ))?;
    let rows = statement.query_and_then(params![app_id.to_bytes(), low, high], |row| {
        let replay = read(row)?;
        let is_wanted = endpoint_id.is_none_or(|wanted| replay.span.endpoint_id == wanted);
        Ok::<_, Fault>((replay.id, is_wanted.then_some(replay)))
    })?;
    Scan::collect(rows, page.limit)
}

pub(super) fn running(
    db: &Connection,
    after: Option<EndpointId>,
    limit: usize,
) -> Result<Vec<Replay>, Fault> {
    let after: Vec<u8> = after.map(|id| id.to_bytes().to_vec()).unwrap_or_default();
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM replay INDEXED BY replay_running
         WHERE state = 'running' AND endpoint_id > ?1 ORDER BY endpoint_id LIMIT ?2"
    ))?;
    statement.query_and_then(params![after, sql_limit(limit)], read)?.collect()
}

pub(super) fn retire(db: &Connection, before: Micros, limit: usize) -> Result<u64, Fault> {
    let mut retire = db.prepare_cached(
        "DELETE FROM replay WHERE id IN
             (SELECT id FROM replay WHERE state <> 'running' AND updated_at < ?1 LIMIT ?2)",
    )?;
    Ok(retire.execute(params![before.as_unix_us(), sql_limit(limit)])? as u64)
}

/// Replays to an endpoint end with it.
pub(crate) fn end_with_endpoint(
    db: &Connection,
    app_id: AppId,
    endpoint_id: EndpointId,
) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM replay WHERE app_id = ?1 AND endpoint_id = ?2")?
        .execute(params![app_id.to_bytes(), endpoint_id.to_bytes()])?;
    Ok(())
}

/// Replays of an application end with it.
pub(crate) fn end_with_application(db: &Connection, app_id: [u8; 16]) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM replay WHERE app_id = ?1")?.execute([app_id])?;
    Ok(())
}
