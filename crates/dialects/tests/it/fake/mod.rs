//! Postcard: what a new vendor's folder holds. See README.md beside this file.

use std::sync::Arc;

use aws_lc_rs::hmac;
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;
use klingel_dialects::http_rules;
use klingel_dialects::{Command, CommandRun, CommandWorld, Golden, Signature, Vendor};
use klingel_engine::deliver::{
    Description, Dialect, Failure, Headers, OutboundRequest, Received, Response, Sending, UnfitSecret,
    Unsendable, Verdict, Verification, Words,
};
use klingel_engine::door::Managed;
use klingel_engine::{Engine, Publish};
use klingel_model::{Dice, EventTypeName, Micros, RetrySchedule, SecretKey};
use klingel_store::{Expected, Record, RecordChange};
use serde_json::{Value, json};

const GOLDEN: &[Golden] = &[Golden { name: "1-card.txt", text: include_str!("golden/1-card.txt") }];
const KIND: &str = "postcard.address";
/// Where the stamp stands.
pub const STAMP: &str = "postcard-stamp";

/// What this folder hands over.
pub fn vendor() -> Vendor {
    Vendor {
        doors: Some(|_| Router::new().route("/postcard/office", get(async || "open"))),
        door_prefixes: &["/postcard/"],
        management: Some(|engine| Router::new().route("/address", get(show).put(put)).with_state(engine)),
        feed: Some(|engine| Router::new().route("/card", post(card)).with_state(engine)),
        command: Some(Command { arguments: || clap::Command::new("postcard").about("Postcards"), run }),
        ..Vendor::new(Postcard, include_str!("README.md"), GOLDEN, Signature::Verified)
    }
}

/// The dialect.
#[derive(Debug)]
pub struct Postcard;

fn stamp(key: &SecretKey, body: &[u8]) -> String {
    let SecretKey::Opaque(secret) = key else { return String::new() };
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body);
    STANDARD.encode(tag)
}

impl Dialect for Postcard {
    fn name(&self) -> &'static str {
        "postcard"
    }

    fn write(&self, sending: &Sending<'_>) -> Result<OutboundRequest, Unsendable> {
        let Some(body) = sending.message.payload.clone() else {
            return Err(Unsendable("The card has been thrown away.".to_owned()));
        };
        let mut headers = Headers::new();
        headers.insert(&http::header::CONTENT_TYPE, "text/plain").expect("text is a value");
        if let Some(secret) = sending.endpoint.secrets.first() {
            headers.append(STAMP, stamp(&secret.key, &body)).expect("base64 is a header");
        }
        let timeout = std::time::Duration::from_secs(10);
        Ok(OutboundRequest { url: Arc::clone(&sending.endpoint.url), headers, body, timeout })
    }

    fn read(&self, outcome: &Result<Response, Failure>, now: Micros) -> Verdict {
        http_rules::read(outcome, now)
    }

    fn retry_schedule(&self) -> RetrySchedule {
        RetrySchedule::new([]).expect("no wait is too long")
    }

    fn new_secret(&self, _: &dyn Dice) -> Option<SecretKey> {
        None
    }

    fn parse_secret(&self, text: &str) -> Result<SecretKey, UnfitSecret> {
        Ok(SecretKey::Opaque(text.to_owned()))
    }

    fn verify(&self, received: &Received<'_>, secret: &SecretKey, _: Micros) -> Verification {
        match received.headers.get(STAMP) {
            Some(found) if found.as_bytes() == stamp(secret, received.body).as_bytes() => {
                Verification::Genuine
            }
            Some(_) => Verification::Wrong,
            None => Verification::Missing,
        }
    }

    fn description(&self) -> Description {
        Description {
            title: Words { de: "Postkarte", en: "Postcard" },
            endpoint: Words { de: "Briefkasten", en: "Letter box" },
            signs: true,
            ..Description::default()
        }
    }
}

async fn show(State(engine): State<Engine>, Extension(managed): Extension<Managed>) -> Json<Value> {
    let found = engine.world().store.record(managed.application.id, KIND, "").await.expect("a read");
    Json(found.map_or(Value::Null, |record| serde_json::from_str(&record.document).expect("it was JSON")))
}

async fn put(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    Json(address): Json<Value>,
) -> Json<Value> {
    let now = engine.world().clock.now();
    let record = Record {
        app_id: managed.application.id,
        kind: KIND.to_owned(),
        key: String::new(),
        partition: String::new(),
        at: now,
        document: address.to_string(),
        updated_at: now,
    };
    let change = RecordChange::Put { record, expected: Expected::Anything };
    engine.world().store.change_records(vec![change]).await.expect("a write");
    Json(address)
}

async fn card(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    body: Bytes,
) -> (StatusCode, Json<Value>) {
    let publish = Publish {
        event_type: EventTypeName::new("card").expect("a good name"),
        payload: body,
        channels: Vec::new(),
        event_id: None,
        payload_until: None,
        once: None,
        records: Vec::new(),
    };
    let environment_id = managed.application.environment_id;
    let accepted = engine.publish_shaped(environment_id, &managed.app_ref(), publish).await.expect("room");
    (StatusCode::ACCEPTED, Json(json!({"id": accepted.message.id.to_string()})))
}

fn run(world: CommandWorld, _: clap::ArgMatches) -> CommandRun {
    Box::pin(async move { Ok(format!("it is {}", world.clock.now().to_rfc3339())) })
}
