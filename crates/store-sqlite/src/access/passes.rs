//! Links and sessions.

use klingel_model::{AppId, EnvironmentId, Id, KeyDigest, Micros, Pass, PassScope};
use klingel_store::access::{
    PASSES_PER_ENVIRONMENT_MAX, PASSES_PER_SCOPE_MAX, SessionKey, check_pass, session_end,
};
use klingel_store::{Error, Order, Page, Scan};
use rusqlite::{Connection, Row, params};

use crate::fault::{Fault, corrupt};
use crate::rows::{id, instant};
use crate::upkeep::sql_limit;

/// The columns that [`read`] takes, from column 0.
const COLUMNS: &str = "digest, environment_id, app_id, subject, holder, read_only, created_at, expires_at";

pub(super) fn add_link(db: &Connection, link: &Pass) -> Result<(), Fault> {
    check(db, link)?;
    let passes: i64 = db
        .prepare_cached("SELECT count(*) FROM pass WHERE environment_id = ?1")?
        .query_row([link.environment_id.to_bytes()], |row| row.get(0))?;
    if link.scope != PassScope::Operator && passes >= PASSES_PER_ENVIRONMENT_MAX.cast_signed() as i64 {
        return Err(Error::Limit("passes_per_environment_max", PASSES_PER_ENVIRONMENT_MAX as u64).into());
    }
    insert(db, link, false)
}

pub(super) fn add_session(db: &Connection, session: &Pass) -> Result<(), Fault> {
    check(db, session)?;
    insert(db, session, true)
}

pub(super) fn open_link(
    db: &Connection,
    link: KeyDigest,
    now: Micros,
    session: KeyDigest,
    expires_at: Micros,
) -> Result<Option<Pass>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM pass WHERE digest = ?1 AND is_session = 0 AND expires_at > ?2");
    let found = one(db, &sql, params![link.0, now.as_unix_us()])?;
    let Some(found) = found else { return Ok(None) };
    db.prepare_cached("DELETE FROM pass WHERE digest = ?1")?.execute([link.0])?;
    let expires_at = session_end(&found, expires_at);
    let opened = Pass { digest: session, created_at: now, expires_at, ..found };
    insert(db, &opened, true)?;
    Ok(Some(opened))
}

pub(super) fn session(db: &Connection, digest: KeyDigest, now: Micros) -> Result<Option<Pass>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM pass WHERE digest = ?1 AND is_session = 1 AND expires_at > ?2");
    one(db, &sql, params![digest.0, now.as_unix_us()])
}

pub(super) fn end_session(db: &Connection, digest: KeyDigest) -> Result<bool, Fault> {
    let ended =
        db.prepare_cached("DELETE FROM pass WHERE digest = ?1 AND is_session = 1")?.execute([digest.0])?;
    Ok(ended > 0)
}

pub(super) fn end_sessions(
    db: &Connection,
    environment_id: EnvironmentId,
    scope: Option<&PassScope>,
) -> Result<u64, Fault> {
    let ended = match scope {
        None => db
            .prepare_cached("DELETE FROM pass WHERE environment_id = ?1")?
            .execute([environment_id.to_bytes()])?,
        Some(PassScope::Application(app_id)) => db
            .prepare_cached("DELETE FROM pass WHERE app_id = ?1 AND environment_id = ?2")?
            .execute([app_id.to_bytes(), environment_id.to_bytes()])?,
        Some(scope) => db
            .prepare_cached("DELETE FROM pass WHERE app_id IS ?1 AND environment_id = ?2 AND subject IS ?3")?
            .execute(params![scope.app_id().map(Id::to_bytes), environment_id.to_bytes(), scope.subject()])?,
    };
    Ok(ended as u64)
}

/// Ends the passes of an operator, links made in his name included.
pub(super) fn end_of_operator(db: &Connection, name: &str) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM pass WHERE app_id IS NULL AND holder = ?1")?.execute([name])?;
    Ok(())
}

/// Ends every pass of an application that is being deleted.
pub(crate) fn end_with_application(db: &Connection, app_id: [u8; 16]) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM pass WHERE app_id = ?1")?.execute([app_id])?;
    Ok(())
}

pub(super) fn sessions(
    db: &Connection,
    environment_id: EnvironmentId,
    page: &Page<SessionKey>,
) -> Result<Scan<Pass, SessionKey>, Fault> {
    let (compare, direction, far) = match page.order {
        Order::Ascending => (">", "ASC", i64::MIN),
        Order::Descending => ("<", "DESC", i64::MAX),
    };
    let (at, digest) =
        page.after.map_or((far, Vec::new()), |(at, digest)| (at.as_unix_us(), digest.0.to_vec()));
    let sql = format!(
        "SELECT {COLUMNS} FROM pass WHERE environment_id = ?1 AND is_session = 1
             AND (created_at, digest) {compare} (?2, ?3)
         ORDER BY created_at {direction}, digest {direction}"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_and_then(params![environment_id.to_bytes(), at, digest], |row| {
        read(row).map(|pass| ((pass.created_at, pass.digest), Some(pass)))
    })?;
    Scan::collect(rows, page.limit)
}

pub(super) fn forget(db: &Connection, now: Micros, limit: usize) -> Result<u64, Fault> {
    let mut forget = db.prepare_cached(
        "DELETE FROM pass WHERE digest IN
             (SELECT digest FROM pass WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)",
    )?;
    Ok(forget.execute(params![now.as_unix_us(), sql_limit(limit)])? as u64)
}

/// Whether a pass may be added.
fn check(db: &Connection, pass: &Pass) -> Result<(), Fault> {
    check_pass(pass)?;
    let Some(app_id) = pass.scope.app_id() else { return Ok(()) };
    let lives = db
        .prepare_cached("SELECT 1 FROM application WHERE id = ?1 AND environment_id = ?2")?
        .exists(params![app_id.to_bytes(), pass.environment_id.to_bytes()])?;
    if lives { Ok(()) } else { Err(Error::Gone.into()) }
}

/// Writes a pass; when its scope has as many as it may, those that expire first give way.
fn insert(db: &Connection, pass: &Pass, is_session: bool) -> Result<(), Fault> {
    let app_id = pass.scope.app_id().map(Id::to_bytes);
    db.prepare_cached(
        "DELETE FROM pass WHERE digest IN
             (SELECT digest FROM pass WHERE app_id IS ?1 AND environment_id = ?2 AND subject IS ?3
              ORDER BY expires_at DESC, digest DESC LIMIT -1 OFFSET ?4)",
    )?
    .execute(params![
        app_id,
        pass.environment_id.to_bytes(),
        pass.scope.subject(),
        sql_limit(PASSES_PER_SCOPE_MAX - 1)
    ])?;
    db.prepare_cached(
        "INSERT OR REPLACE INTO pass (digest, is_session, environment_id, app_id, subject, holder, read_only,
             created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        pass.digest.0,
        is_session,
        pass.environment_id.to_bytes(),
        app_id,
        pass.scope.subject(),
        pass.holder,
        pass.read_only,
        pass.created_at.as_unix_us(),
        pass.expires_at.as_unix_us(),
    ])?;
    Ok(())
}

fn one(db: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Option<Pass>, Fault> {
    db.prepare_cached(sql)?.query(params)?.next()?.map(read).transpose()
}

fn read(row: &Row<'_>) -> Result<Pass, Fault> {
    let app_id: Option<[u8; 16]> = row.get(2)?;
    let scope = match (app_id.map(AppId::from_bytes), row.get(3)?) {
        (None, None) => PassScope::Operator,
        (Some(app_id), None) => PassScope::Application(app_id),
        (Some(app_id), Some(subject)) => PassScope::Subject { app_id, subject },
        (None, Some(_)) => return Err(corrupt("pass", "a subject without an application")),
    };
    Ok(Pass {
        digest: KeyDigest(row.get(0)?),
        environment_id: id(row, 1)?,
        scope,
        holder: row.get(4)?,
        read_only: row.get(5)?,
        created_at: instant(row, 6)?,
        expires_at: instant(row, 7)?,
    })
}
