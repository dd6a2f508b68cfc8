//! Environments and the keys to them.

use klingel_model::{ApiKey, ApiKeyId, Environment, Micros};
use rusqlite::{Connection, params};

use crate::fault::Fault;
use crate::rows::catalog::{ENVIRONMENT, environment};

pub(super) fn ensure(db: &Connection, wanted: &Environment) -> Result<Environment, Fault> {
    let mut known = db.prepare_cached(&format!("SELECT {ENVIRONMENT} FROM environment WHERE name = ?1"))?;
    if let Some(row) = known.query([&wanted.name])?.next()? {
        return environment(row);
    }
    db.prepare_cached("INSERT INTO environment (id, name, created_at) VALUES (?1, ?2, ?3)")?
        .execute(params![wanted.id.to_bytes(), wanted.name, wanted.created_at.as_unix_us()])?;
    Ok(wanted.clone())
}

pub(super) fn add_key(db: &Connection, key: &ApiKey) -> Result<(), Fault> {
    db.prepare_cached(
        "INSERT INTO api_key (id, environment_id, role, digest, label, created_at, revoked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        key.id.to_bytes(),
        key.environment_id.to_bytes(),
        key.role.as_str(),
        key.digest.0,
        key.label,
        key.created_at.as_unix_us(),
        key.revoked_at.map(Micros::as_unix_us),
    ])?;
    Ok(())
}

pub(super) fn revoke_key(db: &Connection, id: ApiKeyId, at: Micros) -> Result<bool, Fault> {
    let revoked = db
        .prepare_cached("UPDATE api_key SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")?
        .execute(params![id.to_bytes(), at.as_unix_us()])?;
    Ok(revoked > 0)
}
