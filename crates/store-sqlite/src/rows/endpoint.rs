//! Rows of `endpoint`.

use std::collections::BTreeMap;
use std::time::Duration;

use klingel_model::{ChannelName, Dice, Endpoint, EndpointHealth, EventTypeName, Micros, RetrySchedule, Uid};
use klingel_store::sealing::Sealer;
use rusqlite::{Connection, Row, named_params};

use super::{from_json, id, instant, instant_or_null, joined, secrets, split, to_json, uid_or_null};
use crate::fault::{Fault, corrupt};

/// The columns that [`read`] takes, from column 0.
pub(crate) const COLUMNS: &str = "id, app_id, uid, url, description, disabled, event_types, channels, \
     rate_limit_per_s, max_in_flight, retry_schedule_ms, dialect_settings, metadata, failing_since, disabled_at, \
     disabled_reason, created_at, updated_at, headers, secrets, filter";

/// An endpoint whose headers and secrets are sealed: ready to be written.
pub(crate) struct Sealed {
    pub(crate) endpoint: Endpoint,
    headers: Vec<u8>,
    secrets: Vec<u8>,
}

impl Sealed {
    /// Seals for the endpoint's own id.
    pub(crate) fn new(endpoint: Endpoint, sealer: &Sealer, dice: &dyn Dice) -> Self {
        let owner = endpoint.id.to_bytes();
        let headers = sealer.seal(&owner, to_json(&endpoint.headers).as_bytes(), dice);
        let secrets = sealer.seal(&owner, &secrets::encode(&endpoint.secrets), dice);
        Self { endpoint, headers, secrets }
    }

    /// Writes the row; its health is that of the endpoint given.
    pub(crate) fn insert(&self, db: &Connection) -> rusqlite::Result<()> {
        self.execute(
            db,
            "INSERT INTO endpoint (id, app_id, uid, url, description, disabled, event_types, channels,
                 rate_limit_per_s, max_in_flight, retry_schedule_ms, dialect_settings, metadata, failing_since,
                 disabled_at, disabled_reason, created_at, updated_at, headers, secrets, filter)
             VALUES (:id, :app_id, :uid, :url, :description, :disabled, :event_types, :channels,
                 :rate_limit_per_s, :max_in_flight, :retry_schedule_ms, :dialect_settings, :metadata,
                 :failing_since, :disabled_at, :disabled_reason, :created_at, :updated_at, :headers, :secrets,
                 :filter)",
        )
    }

    /// Writes the row of this id anew; its health is that of the endpoint given.
    pub(crate) fn update(&self, db: &Connection) -> rusqlite::Result<()> {
        self.execute(
            db,
            "UPDATE endpoint SET uid = :uid, url = :url, description = :description, disabled = :disabled,
                 event_types = :event_types, channels = :channels, rate_limit_per_s = :rate_limit_per_s,
                 max_in_flight = :max_in_flight, retry_schedule_ms = :retry_schedule_ms,
                 dialect_settings = :dialect_settings, metadata = :metadata, failing_since = :failing_since,
                 disabled_at = :disabled_at, disabled_reason = :disabled_reason, created_at = :created_at,
                 updated_at = :updated_at, headers = :headers, secrets = :secrets, filter = :filter
             WHERE id = :id AND app_id = :app_id",
        )
    }

    fn execute(&self, db: &Connection, sql: &str) -> rusqlite::Result<()> {
        let Endpoint { health, .. } = &self.endpoint;
        let endpoint = &self.endpoint;
        let event_types = endpoint.event_types.as_ref().map(|n| joined(n.iter().map(EventTypeName::as_str)));
        let channels = endpoint.channels.as_ref().map(|names| joined(names.iter().map(ChannelName::as_str)));
        db.prepare_cached(sql)?.execute(named_params! {
            ":id": endpoint.id.to_bytes(),
            ":app_id": endpoint.app_id.to_bytes(),
            ":uid": endpoint.uid.as_ref().map(Uid::as_str),
            ":url": endpoint.url,
            ":description": endpoint.description,
            ":disabled": endpoint.disabled,
            ":event_types": event_types,
            ":channels": channels,
            ":rate_limit_per_s": endpoint.rate_limit_per_s,
            ":max_in_flight": endpoint.max_in_flight,
            ":retry_schedule_ms": endpoint.retry_schedule.as_ref().map(schedule_text),
            ":dialect_settings": endpoint.dialect_settings_json,
            ":metadata": to_json(&endpoint.metadata),
            ":failing_since": health.failing_since.map(Micros::as_unix_us),
            ":disabled_at": health.disabled_at.map(Micros::as_unix_us),
            ":disabled_reason": health.disabled_reason,
            ":created_at": endpoint.created_at.as_unix_us(),
            ":updated_at": endpoint.updated_at.as_unix_us(),
            ":headers": self.headers,
            ":secrets": self.secrets,
            ":filter": endpoint.filter_json,
        })?;
        Ok(())
    }
}

/// Reads an endpoint and opens what is sealed.
pub(crate) fn read(row: &Row<'_>, sealer: &Sealer) -> Result<Endpoint, Fault> {
    let id = id(row, 0)?;
    let open = |column| {
        let closed: Vec<u8> = row.get(column)?;
        sealer.open(&id.to_bytes(), &closed).map_err(|error| corrupt("endpoint", format!("{id}: {error}")))
    };
    let headers: BTreeMap<String, String> = serde_json::from_slice(&open(18)?)
        // The reason is left out: it may quote the text, which is secret.
        .map_err(|_| corrupt("endpoint", format!("{id}: garbled headers")))?;
    Ok(Endpoint {
        id,
        app_id: super::id(row, 1)?,
        uid: uid_or_null(row, 2)?,
        url: row.get(3)?,
        description: row.get(4)?,
        disabled: row.get(5)?,
        event_types: names_or_null(row, 6, EventTypeName::new)?,
        channels: names_or_null(row, 7, ChannelName::new)?,
        rate_limit_per_s: row.get(8)?,
        max_in_flight: row.get(9)?,
        retry_schedule: row.get::<_, Option<String>>(10)?.map(|text| schedule(&text)).transpose()?,
        headers,
        secrets: secrets::decode(&open(19)?)?,
        dialect_settings_json: row.get(11)?,
        filter_json: row.get(20)?,
        metadata: from_json("endpoint", &row.get::<_, String>(12)?)?,
        health: EndpointHealth {
            failing_since: instant_or_null(row, 13)?,
            disabled_at: instant_or_null(row, 14)?,
            disabled_reason: row.get(15)?,
        },
        created_at: instant(row, 16)?,
        updated_at: instant(row, 17)?,
    })
}

fn names_or_null<T>(
    row: &Row<'_>,
    column: usize,
    name: impl Fn(&str) -> Result<T, klingel_model::InvalidName>,
) -> Result<Option<Vec<T>>, Fault> {
    let text = row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    text.map(|text| split(text, name)).transpose()
}

fn schedule_text(schedule: &RetrySchedule) -> String {
    to_json(&schedule.delays().map(|delay| delay.as_millis()).collect::<Vec<_>>())
}

fn schedule(text: &str) -> Result<RetrySchedule, Fault> {
    let delays_ms: Vec<u64> = from_json("endpoint", text)?;
    RetrySchedule::new(delays_ms.into_iter().map(Duration::from_millis)).map_err(|e| corrupt("endpoint", e))
}
