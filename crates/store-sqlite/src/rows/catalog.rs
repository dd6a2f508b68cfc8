//! Rows of `environment`, `api_key`, `application` and `event_type`.

use klingel_model::{ApiKey, Application, Environment, EventType, KeyDigest, Role};
use rusqlite::Row;

use super::{event_type, from_json, id, instant, instant_or_null, uid_or_null};
use crate::fault::{Fault, corrupt};

/// The columns that [`environment`] takes.
pub(crate) const ENVIRONMENT: &str = "id, name, created_at";

/// Reads an environment.
pub(crate) fn environment(row: &Row<'_>) -> Result<Environment, Fault> {
    Ok(Environment { id: id(row, 0)?, name: row.get(1)?, created_at: instant(row, 2)? })
}

/// The columns that [`api_key`] takes.
pub(crate) const API_KEY: &str = "id, environment_id, role, digest, label, created_at, revoked_at";

/// Reads a key.
pub(crate) fn api_key(row: &Row<'_>) -> Result<ApiKey, Fault> {
    let role = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
    Ok(ApiKey {
        id: id(row, 0)?,
        environment_id: id(row, 1)?,
        role: Role::parse(role).ok_or_else(|| corrupt("api_key", "unknown role"))?,
        digest: KeyDigest(row.get(3)?),
        label: row.get(4)?,
        created_at: instant(row, 5)?,
        revoked_at: instant_or_null(row, 6)?,
    })
}

/// The columns that [`application`] takes.
pub(crate) const APPLICATION: &str =
    "id, environment_id, uid, name, dialect, rate_limit_per_s, metadata, created_at, updated_at";

/// Reads an application.
pub(crate) fn application(row: &Row<'_>) -> Result<Application, Fault> {
    Ok(Application {
        id: id(row, 0)?,
        environment_id: id(row, 1)?,
        uid: uid_or_null(row, 2)?,
        name: row.get(3)?,
        dialect: row.get(4)?,
        rate_limit_per_s: row.get(5)?,
        metadata: from_json("application", &row.get::<_, String>(6)?)?,
        created_at: instant(row, 7)?,
        updated_at: instant(row, 8)?,
    })
}

/// The columns that [`read_event_type`] takes.
pub(crate) const EVENT_TYPE: &str = "id, environment_id, name, description, archived, deprecated, feature_flag, \
     schemas, created_at, updated_at";

/// Reads an event type.
pub(crate) fn read_event_type(row: &Row<'_>) -> Result<EventType, Fault> {
    Ok(EventType {
        id: id(row, 0)?,
        environment_id: id(row, 1)?,
        name: event_type(row, 2)?,
        description: row.get(3)?,
        archived: row.get(4)?,
        deprecated: row.get(5)?,
        feature_flag: row.get(6)?,
        schemas_json: row.get(7)?,
        created_at: instant(row, 8)?,
        updated_at: instant(row, 9)?,
    })
}
