//! Environments, keys, applications, event types, endpoints.

use klingel_model::id::Kind;
use klingel_model::{
    ApiKey, ApiKeyId, AppId, Application, Endpoint, EndpointId, Environment, EnvironmentId, EventType,
    EventTypeName, Id, KeyDigest,
};
use klingel_store::sealing::Sealer;
use klingel_store::{AppRef, EndpointRef, Page, Scan};
use rusqlite::{Connection, Params, Row, params};

use super::bounds::{Bounds, of_names, word};
use crate::fault::Fault;
use crate::rows::catalog::{self as rows, API_KEY, APPLICATION, ENVIRONMENT, EVENT_TYPE};
use crate::rows::endpoint;

/// The first row, if there is one.
pub(super) fn first<T>(
    db: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    db.prepare_cached(sql)?.query(params)?.next()?.map(read).transpose()
}

/// One page of the rows of `table` that `owner` owns, by id.
fn page_of<T, K: Kind>(
    db: &Connection,
    sql: &str,
    owner: [u8; 16],
    page: &Page<Id<K>>,
    read: impl Fn(&Row<'_>) -> Result<T, Fault>,
    id: impl Fn(&T) -> Id<K>,
) -> Result<Scan<T, Id<K>>, Fault> {
    let Bounds { low, high } = Bounds::of(page);
    let sql = format!("{sql} AND id > ?2 AND id < ?3 ORDER BY id {}", word(page.order));
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement
        .query_and_then(params![owner, low, high], |row| read(row).map(|item| (id(&item), Some(item))))?;
    Scan::collect(rows, page.limit)
}

pub(super) fn environment_by_name(db: &Connection, name: &str) -> Result<Option<Environment>, Fault> {
    let sql = format!("SELECT {ENVIRONMENT} FROM environment WHERE name = ?1");
    first(db, &sql, [name], rows::environment)
}

pub(super) fn environments(
    db: &Connection,
    page: &Page<EnvironmentId>,
) -> Result<Scan<Environment, EnvironmentId>, Fault> {
    // All environments have the same owner: none. The condition only keeps the parameters in their places.
    let sql = format!("SELECT {ENVIRONMENT} FROM environment WHERE ?1 IS NOT NULL");
    page_of(db, &sql, [0; 16], page, rows::environment, |environment| environment.id)
}

pub(super) fn key_by_digest(db: &Connection, digest: KeyDigest) -> Result<Option<ApiKey>, Fault> {
    first(db, &format!("SELECT {API_KEY} FROM api_key WHERE digest = ?1"), [digest.0], rows::api_key)
}

pub(super) fn keys(
    db: &Connection,
    environment_id: EnvironmentId,
    page: &Page<ApiKeyId>,
) -> Result<Scan<ApiKey, ApiKeyId>, Fault> {
    let sql = format!("SELECT {API_KEY} FROM api_key WHERE environment_id = ?1");
    page_of(db, &sql, environment_id.to_bytes(), page, rows::api_key, |key| key.id)
}

pub(super) fn application(
    db: &Connection,
    environment_id: EnvironmentId,
    app: &AppRef,
) -> Result<Option<Application>, Fault> {
    let sql = format!("SELECT {APPLICATION} FROM application WHERE environment_id = ?1");
    let owner = environment_id.to_bytes();
    match app {
        AppRef::Id(id) => {
            first(db, &format!("{sql} AND id = ?2"), params![owner, id.to_bytes()], rows::application)
        }
        AppRef::Uid(uid) => {
            first(db, &format!("{sql} AND uid = ?2"), params![owner, uid.as_str()], rows::application)
        }
    }
}

pub(super) fn application_by_id(db: &Connection, id: AppId) -> Result<Option<Application>, Fault> {
    let sql = format!("SELECT {APPLICATION} FROM application WHERE id = ?1");
    first(db, &sql, [id.to_bytes()], rows::application)
}

pub(super) fn applications(
    db: &Connection,
    environment_id: EnvironmentId,
    page: &Page<AppId>,
) -> Result<Scan<Application, AppId>, Fault> {
    let sql = format!("SELECT {APPLICATION} FROM application WHERE environment_id = ?1");
    page_of(db, &sql, environment_id.to_bytes(), page, rows::application, |application| application.id)
}

pub(super) fn event_type(
    db: &Connection,
    environment_id: EnvironmentId,
    name: &EventTypeName,
) -> Result<Option<EventType>, Fault> {
    let sql = format!("SELECT {EVENT_TYPE} FROM event_type WHERE environment_id = ?1 AND name = ?2");
    first(db, &sql, params![environment_id.to_bytes(), name.as_str()], rows::read_event_type)
}

pub(super) fn event_types(
    db: &Connection,
    environment_id: EnvironmentId,
    page: &Page<EventTypeName>,
    include_archived: bool,
) -> Result<Scan<EventType, EventTypeName>, Fault> {
    let (low, high) = of_names(page);
    let sql = format!(
        "SELECT {EVENT_TYPE} FROM event_type WHERE environment_id = ?1 AND name > ?2 AND name < ?3 ORDER BY name {}",
        word(page.order)
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_and_then(params![environment_id.to_bytes(), low, high], |row| {
        let event_type = rows::read_event_type(row)?;
        let name = event_type.name.clone();
        Ok::<_, Fault>((name, Some(event_type).filter(|known| include_archived || !known.archived)))
    })?;
    Scan::collect(rows, page.limit)
}

pub(super) fn endpoint(
    db: &Connection,
    sealer: &Sealer,
    app_id: AppId,
    wanted: &EndpointRef,
) -> Result<Option<Endpoint>, Fault> {
    let sql = format!("SELECT {} FROM endpoint WHERE app_id = ?1", endpoint::COLUMNS);
    let (owner, read) = (app_id.to_bytes(), |row: &Row<'_>| endpoint::read(row, sealer));
    match wanted {
        EndpointRef::Id(id) => first(db, &format!("{sql} AND id = ?2"), params![owner, id.to_bytes()], read),
        EndpointRef::Uid(uid) => {
            first(db, &format!("{sql} AND uid = ?2"), params![owner, uid.as_str()], read)
        }
    }
}

pub(super) fn endpoint_by_id(
    db: &Connection,
    sealer: &Sealer,
    id: EndpointId,
) -> Result<Option<Endpoint>, Fault> {
    let sql = format!("SELECT {} FROM endpoint WHERE id = ?1", endpoint::COLUMNS);
    first(db, &sql, [id.to_bytes()], |row| endpoint::read(row, sealer))
}

pub(super) fn endpoints(
    db: &Connection,
    sealer: &Sealer,
    app_id: AppId,
    page: &Page<EndpointId>,
) -> Result<Scan<Endpoint, EndpointId>, Fault> {
    let sql = format!("SELECT {} FROM endpoint WHERE app_id = ?1", endpoint::COLUMNS);
    let read = |row: &Row<'_>| endpoint::read(row, sealer);
    page_of(db, &sql, app_id.to_bytes(), page, read, |endpoint| endpoint.id)
}
