//! Endpoints.

use klingel_model::{AppId, Endpoint, EndpointHealth, EndpointId, Micros};
use klingel_store::Error;
use rusqlite::{Connection, params};

use crate::fault::Fault;
use crate::replay;
use crate::rows::endpoint::Sealed;
use crate::rows::{count_at, instant, instant_or_null};
use crate::upkeep::ERASING_ENDPOINT;

pub(super) fn add(db: &Connection, sealed: &Sealed, endpoints_max: u64) -> Result<(), Fault> {
    let app_id = sealed.endpoint.app_id.to_bytes();
    if !db.prepare_cached("SELECT 1 FROM application WHERE id = ?1")?.exists([app_id])? {
        return Err(Error::Gone.into());
    }
    check_uid(db, &sealed.endpoint)?;
    let count: u64 = db
        .prepare_cached("SELECT count(*) FROM endpoint WHERE app_id = ?1")?
        .query_row([app_id], |row| count_at(row, 0))?;
    if count >= endpoints_max {
        return Err(Error::Limit("endpoints_max", endpoints_max).into());
    }
    Ok(sealed.insert(db)?)
}

pub(super) fn replace(db: &Connection, sealed: &mut Sealed, expected: Micros) -> Result<(), Fault> {
    let endpoint = &sealed.endpoint;
    let mut known = db.prepare_cached(
        "SELECT updated_at, disabled, failing_since, disabled_at, disabled_reason FROM endpoint
         WHERE app_id = ?1 AND id = ?2",
    )?;
    let mut rows = known.query(params![endpoint.app_id.to_bytes(), endpoint.id.to_bytes()])?;
    let row = rows.next()?.ok_or(Error::Gone)?;
    if instant(row, 0)? != expected {
        return Err(Error::Changed.into());
    }
    let is_enabled_again = row.get::<_, bool>(1)? && !endpoint.disabled;
    let health = if is_enabled_again {
        EndpointHealth::default()
    } else {
        EndpointHealth {
            failing_since: instant_or_null(row, 2)?,
            disabled_at: instant_or_null(row, 3)?,
            disabled_reason: row.get(4)?,
        }
    };
    check_uid(db, endpoint)?;
    sealed.endpoint.health = health;
    Ok(sealed.update(db)?)
}

/// The row, secrets included, goes at once; what is owed to it is erased in steps.
pub(super) fn delete(db: &Connection, app_id: AppId, id: EndpointId) -> Result<(), Fault> {
    let deleted = db
        .prepare_cached("DELETE FROM endpoint WHERE app_id = ?1 AND id = ?2")?
        .execute(params![app_id.to_bytes(), id.to_bytes()])?;
    if deleted == 0 {
        return Err(Error::Gone.into());
    }
    db.prepare_cached("INSERT INTO erasing (kind, id) VALUES (?1, ?2)")?
        .execute(params![ERASING_ENDPOINT, id.to_bytes()])?;
    Ok(replay::end_with_endpoint(db, app_id, id)?)
}

fn check_uid(db: &Connection, endpoint: &Endpoint) -> Result<(), Fault> {
    let Some(uid) = &endpoint.uid else { return Ok(()) };
    let taken = db
        .prepare_cached("SELECT 1 FROM endpoint WHERE app_id = ?1 AND uid = ?2 AND id <> ?3")?
        .exists(params![endpoint.app_id.to_bytes(), uid.as_str(), endpoint.id.to_bytes()])?;
    if taken { Err(Error::Taken("uid").into()) } else { Ok(()) }
}
