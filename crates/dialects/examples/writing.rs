//! Writes a signed request many times, and does nothing else: for whoever counts instructions and allocations.
//!
//! `cargo run --release -p klingel-dialects --example writing 10000`

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use bytes::Bytes;
use klingel_dialects::standard::Standard;
use klingel_engine::deliver::{Dialect as _, Sending};
use klingel_model::endpoint::MAX_IN_FLIGHT_DEFAULT;
use klingel_model::{
    AppId, AttemptId, Endpoint, EndpointHealth, EndpointId, EnvironmentId, EventTypeName, Message, MessageId,
    Micros, SecretKey, SigningSecret, Trigger,
};

const NOW: Micros = Micros::from_unix_us(1_700_000_000_123_456);
const REQUESTS: u32 = 10_000;

fn main() {
    let requests = std::env::args().nth(1).map_or(REQUESTS, |text| text.parse().expect("a number"));
    let (endpoint, message) = (endpoint(), message());
    let sending = Sending {
        message: &message,
        endpoint: &endpoint,
        now: NOW,
        attempt_id: AttemptId::from_u128(5),
        attempt_number: 1,
        trigger: Trigger::Schedule,
    };
    for _ in 0..requests {
        black_box(write(black_box(&sending)));
    }
}

#[inline(never)]
fn write(sending: &Sending<'_>) -> usize {
    Standard.write(sending).expect("the message can be sent").headers.len()
}

fn endpoint() -> Endpoint {
    let key = SecretKey::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").expect("a secret");
    Endpoint {
        id: EndpointId::from_u128(1),
        app_id: AppId::from_u128(2),
        uid: None,
        url: "https://example.com/hook?tenant=1".into(),
        description: String::new(),
        disabled: false,
        event_types: None,
        channels: None,
        rate_limit_per_s: None,
        max_in_flight: MAX_IN_FLIGHT_DEFAULT,
        retry_schedule: None,
        headers: BTreeMap::new(),
        secrets: vec![SigningSecret { key, expires_at: None }],
        dialect_settings_json: None,
        filter_json: None,
        metadata: BTreeMap::new(),
        health: EndpointHealth::default(),
        created_at: NOW,
        updated_at: NOW,
    }
}

fn message() -> Message {
    Message {
        id: MessageId::from_u128(0x018b_cfe5_687b_7000_8000_0123_4567_89ab),
        environment_id: EnvironmentId::from_u128(4),
        app_id: AppId::from_u128(2),
        event_id: None,
        event_type: EventTypeName::new("visitor.signin").expect("a name"),
        channels: Arc::from([]),
        payload: Some(Bytes::from_static(&[b'x'; 1024])),
        created_at: NOW,
        payload_until: None,
    }
}
