//! Fills a store by SQL: faster than its verbs, with the rows that they would have written.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use klingel_model::{
    AppId, Application, Clock, Endpoint, EndpointHealth, EndpointId, Environment, EnvironmentId, Micros,
    SecretKey, SigningSecret,
};
use klingel_store::Catalog as _;
use klingel_store::sealing::Sealer;
use klingel_store_sqlite::{OpenOptions, SqliteStore};
use klingel_testkit::{FakeClock, SeededDice};
use rusqlite::{Connection, params};

use crate::Failure;

/// Messages, each with an attempt.
pub const MESSAGES: i64 = 1_000_000;
/// Deliveries that wait for the first endpoint.
const WAITING: i64 = 200_000;
/// Applications, with an endpoint each.
const APPLICATIONS: i64 = 100;
/// One attempt in so many failed.
const FAILED_EVERY: i64 = 100;
const PAYLOAD: &[u8] = &[b'7'; 256];
/// When the first message was accepted.
const START: Micros = Micros::from_unix_us(1_700_000_000_000_000);

/// When the message of this number was accepted: ten a second.
pub fn instant_of(seq: i64) -> Micros {
    START.plus(Duration::from_millis(100 * seq.unsigned_abs()))
}

/// The id of the thing of this number and kind.
pub fn id_of(seq: i64, kind: u128) -> u128 {
    let floor = AppId::floor_of(instant_of(seq)).as_u128();
    floor | (2 << 62) | kind
}

/// A store that holds all of it, and its environment.
pub async fn filled(folder: &Path) -> Result<(SqliteStore, EnvironmentId), Failure> {
    let path = folder.join("klingel.db");
    let clock: Arc<dyn Clock> = Arc::new(FakeClock::default());
    let options = || {
        OpenOptions::new(
            path.clone(),
            Sealer::new(&[1; 32]),
            Arc::new(SeededDice::new(2)),
            Arc::clone(&clock),
        )
    };
    let store = SqliteStore::open(options())?;
    let id = EnvironmentId::from_u128(1);
    let environment = Environment { id, name: "lists".to_owned(), created_at: START };
    store.ensure_environment(environment).await?;
    for n in 0..APPLICATIONS {
        store.add_application(application(n, id), None).await?;
        store.add_endpoint(endpoint(n), 10, None).await?;
    }
    store.close();
    drop(store);
    fill(&path)?;
    Ok((SqliteStore::open(options())?, id))
}

fn application(n: i64, environment_id: EnvironmentId) -> Application {
    Application {
        id: AppId::from_u128(id_of(n, 2)),
        environment_id,
        uid: None,
        name: format!("Shop {n}"),
        dialect: "standard".to_owned(),
        rate_limit_per_s: None,
        metadata: [].into(),
        created_at: START,
        updated_at: START,
    }
}

fn endpoint(n: i64) -> Endpoint {
    Endpoint {
        id: EndpointId::from_u128(id_of(n, 3)),
        app_id: AppId::from_u128(id_of(n, 2)),
        uid: None,
        url: format!("https://shop-{n}.example/hook").into(),
        description: "The till".to_owned(),
        disabled: false,
        event_types: None,
        channels: None,
        rate_limit_per_s: None,
        max_in_flight: 64,
        retry_schedule: None,
        headers: [].into(),
        secrets: vec![SigningSecret { key: SecretKey::Symmetric(vec![7; 32]), expires_at: None }],
        dialect_settings_json: None,
        filter_json: None,
        metadata: [].into(),
        health: EndpointHealth::default(),
        created_at: START,
        updated_at: START,
    }
}

fn fill(path: &Path) -> Result<(), Failure> {
    let mut db = Connection::open(path)?;
    db.pragma_update(None, "synchronous", "OFF")?;
    db.pragma_update(None, "cache_size", -200_000)?;
    let transaction = db.transaction()?;
    {
        let mut message = transaction.prepare(
            "INSERT INTO message (seq, id, app_id, event_type, created_at, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let mut attempt = transaction.prepare(
            "INSERT INTO attempt (message_id, id, endpoint_id, manual, success, response_status, number, started_at,
                 duration_us, url, response_body)
             VALUES (?1, ?2, ?3, 0, ?4, ?5, 1, ?6, 12000, 'https://shop.example/hook', x'6f6b')",
        )?;
        let mut delivery = transaction.prepare(
            "INSERT INTO delivery (endpoint_id, stage, message_seq, attempts) VALUES (?1, 0, ?2, 0)",
        )?;
        for seq in 1..=MESSAGES {
            let bytes = |n, kind| id_of(n, kind).to_be_bytes();
            let (owner, at) = (seq % APPLICATIONS, instant_of(seq).as_unix_us());
            let kind = if seq % 2 == 0 { "order.paid" } else { "order.sent" };
            message.execute(params![seq, bytes(seq, 0), bytes(owner, 2), kind, at, PAYLOAD])?;
            let failed = seq % FAILED_EVERY == 7;
            let status = if failed { 500 } else { 200 };
            attempt.execute(params![bytes(seq, 0), bytes(seq, 1), bytes(owner, 3), !failed, status, at])?;
            if seq > MESSAGES - WAITING {
                delivery.execute(params![bytes(0, 3), seq])?;
            }
        }
    }
    transaction.execute_batch(
        "INSERT INTO attempt_place (place)
             SELECT CAST(endpoint_id || id || message_id AS BLOB) FROM attempt ORDER BY endpoint_id, id",
    )?;
    transaction.commit()?;
    Ok(())
}
