//! Event types.

use klingel_model::{EnvironmentId, EventType, EventTypeName, Micros};
use klingel_store::Error;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::fault::Fault;

pub(super) fn add(db: &Connection, event_type: &EventType) -> Result<(), Fault> {
    check_name(db, event_type)?;
    db.prepare_cached(
        "INSERT INTO event_type (id, environment_id, name, description, archived, deprecated, feature_flag, schemas,
             created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        event_type.id.to_bytes(),
        event_type.environment_id.to_bytes(),
        event_type.name.as_str(),
        event_type.description,
        event_type.archived,
        event_type.deprecated,
        event_type.feature_flag,
        event_type.schemas_json,
        event_type.created_at.as_unix_us(),
        event_type.updated_at.as_unix_us(),
    ])?;
    Ok(())
}

pub(super) fn replace(db: &Connection, event_type: &EventType, expected: Micros) -> Result<(), Fault> {
    let key = params![event_type.id.to_bytes(), event_type.environment_id.to_bytes()];
    let updated_at: Option<i64> = db
        .prepare_cached("SELECT updated_at FROM event_type WHERE id = ?1 AND environment_id = ?2")?
        .query_row(key, |row| row.get(0))
        .optional()?;
    if updated_at.ok_or(Error::Gone)? != expected.as_unix_us() {
        return Err(Error::Changed.into());
    }
    check_name(db, event_type)?;
    db.prepare_cached(
        "UPDATE event_type SET name = ?2, description = ?3, archived = ?4, deprecated = ?5, feature_flag = ?6,
             schemas = ?7, created_at = ?8, updated_at = ?9 WHERE id = ?1",
    )?
    .execute(params![
        event_type.id.to_bytes(),
        event_type.name.as_str(),
        event_type.description,
        event_type.archived,
        event_type.deprecated,
        event_type.feature_flag,
        event_type.schemas_json,
        event_type.created_at.as_unix_us(),
        event_type.updated_at.as_unix_us(),
    ])?;
    Ok(())
}

pub(super) fn delete(
    db: &Connection,
    environment_id: EnvironmentId,
    name: &EventTypeName,
) -> Result<(), Fault> {
    let deleted = db
        .prepare_cached("DELETE FROM event_type WHERE environment_id = ?1 AND name = ?2")?
        .execute(params![environment_id.to_bytes(), name.as_str()])?;
    if deleted == 0 { Err(Error::Gone.into()) } else { Ok(()) }
}

fn check_name(db: &Connection, event_type: &EventType) -> Result<(), Fault> {
    let taken = db
        .prepare_cached("SELECT 1 FROM event_type WHERE environment_id = ?1 AND name = ?2 AND id <> ?3")?
        .exists(params![
            event_type.environment_id.to_bytes(),
            event_type.name.as_str(),
            event_type.id.to_bytes()
        ])?;
    if taken { Err(Error::Taken("name").into()) } else { Ok(()) }
}
