//! Applications.

use klingel_model::{AppId, Application, Micros, Uid};
use klingel_store::Error;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::access::end_with_application;
use crate::fault::Fault;
use crate::replay;
use crate::rows::to_json;
use crate::upkeep::{ERASING_APPLICATION, ERASING_ENDPOINT};

pub(super) fn add(db: &Connection, application: &Application) -> Result<(), Fault> {
    check_uid(db, application)?;
    db.prepare_cached(
        "INSERT INTO application (id, environment_id, uid, name, dialect, rate_limit_per_s, metadata, created_at,
             updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        application.id.to_bytes(),
        application.environment_id.to_bytes(),
        application.uid.as_ref().map(Uid::as_str),
        application.name,
        application.dialect,
        application.rate_limit_per_s,
        to_json(&application.metadata),
        application.created_at.as_unix_us(),
        application.updated_at.as_unix_us(),
    ])?;
    Ok(())
}

pub(super) fn replace(db: &Connection, application: &Application, expected: Micros) -> Result<(), Fault> {
    let updated_at: Option<i64> = db
        .prepare_cached("SELECT updated_at FROM application WHERE id = ?1 AND environment_id = ?2")?
        .query_row(params![application.id.to_bytes(), application.environment_id.to_bytes()], |row| {
            row.get(0)
        })
        .optional()?;
    if updated_at.ok_or(Error::Gone)? != expected.as_unix_us() {
        return Err(Error::Changed.into());
    }
    check_uid(db, application)?;
    db.prepare_cached(
        "UPDATE application SET uid = ?2, name = ?3, dialect = ?4, rate_limit_per_s = ?5, metadata = ?6,
             created_at = ?7, updated_at = ?8 WHERE id = ?1",
    )?
    .execute(params![
        application.id.to_bytes(),
        application.uid.as_ref().map(Uid::as_str),
        application.name,
        application.dialect,
        application.rate_limit_per_s,
        to_json(&application.metadata),
        application.created_at.as_unix_us(),
        application.updated_at.as_unix_us(),
    ])?;
    Ok(())
}

/// The rows of application, endpoints and passes, secrets included, go at once; what hangs on them is erased in steps.
pub(super) fn delete(db: &Connection, id: AppId) -> Result<(), Fault> {
    let id = id.to_bytes();
    if db.prepare_cached("DELETE FROM application WHERE id = ?1")?.execute([id])? == 0 {
        return Err(Error::Gone.into());
    }
    db.prepare_cached("INSERT INTO erasing (kind, id) VALUES (?1, ?2)")?
        .execute(params![ERASING_APPLICATION, id])?;
    db.prepare_cached("INSERT INTO erasing (kind, id) SELECT ?1, id FROM endpoint WHERE app_id = ?2")?
        .execute(params![ERASING_ENDPOINT, id])?;
    db.prepare_cached("DELETE FROM endpoint WHERE app_id = ?1")?.execute([id])?;
    replay::end_with_application(db, id)?;
    end_with_application(db, id)
}

fn check_uid(db: &Connection, application: &Application) -> Result<(), Fault> {
    let Some(uid) = &application.uid else { return Ok(()) };
    let taken = db
        .prepare_cached("SELECT 1 FROM application WHERE environment_id = ?1 AND uid = ?2 AND id <> ?3")?
        .exists(params![application.environment_id.to_bytes(), uid.as_str(), application.id.to_bytes()])?;
    if taken { Err(Error::Taken("uid").into()) } else { Ok(()) }
}
