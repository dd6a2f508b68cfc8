//! Nouns for the tests of this crate.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use klingel_model::{
    AppId, ChannelName, Delivery, DeliveryKey, Dice, Endpoint, EndpointHealth, EndpointId, EnvironmentId,
    EventTypeName, Message, MessageId, MessageSeq, Micros, RetrySchedule, SecretKey, Trigger,
};
use klingel_store::Waiting;

use crate::deliver::{
    Dialect, Failure, OutboundRequest, Response, Sending, UnfitSecret, Unsendable, Verdict,
};
use crate::fanout::Target;

/// Dice that always show the same.
#[derive(Debug)]
pub(crate) struct Fixed(pub(crate) u8);

impl Dice for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

/// A dialect that is never asked to write.
#[derive(Debug)]
pub(crate) struct Mute;

impl Dialect for Mute {
    fn name(&self) -> &'static str {
        "mute"
    }
    fn write(&self, _: &Sending<'_>) -> Result<OutboundRequest, Unsendable> {
        Err(Unsendable("mute".to_owned()))
    }
    fn read(&self, _: &Result<Response, Failure>, _: Micros) -> Verdict {
        Verdict::GiveUp
    }
    fn retry_schedule(&self) -> RetrySchedule {
        RetrySchedule::standard()
    }
    fn new_secret(&self, _: &dyn Dice) -> Option<SecretKey> {
        None
    }
    fn parse_secret(&self, _: &str) -> Result<SecretKey, UnfitSecret> {
        Err(UnfitSecret("mute".to_owned()))
    }
}

pub(crate) fn endpoint(n: u128) -> Endpoint {
    Endpoint {
        id: EndpointId::from_u128(n),
        app_id: AppId::from_u128(1),
        uid: None,
        url: "http://receiver.example/".into(),
        description: String::new(),
        disabled: false,
        event_types: None,
        channels: None,
        rate_limit_per_s: None,
        max_in_flight: 4,
        retry_schedule: None,
        headers: BTreeMap::new(),
        secrets: Vec::new(),
        dialect_settings_json: None,
        filter_json: None,
        metadata: BTreeMap::new(),
        health: EndpointHealth::default(),
        created_at: Micros::default(),
        updated_at: Micros::default(),
    }
}

pub(crate) fn target_of(endpoint: Endpoint) -> Target {
    Target::new(endpoint, None, Arc::new(Mute))
}

pub(crate) fn message(seq: i64, event_type: &str, channels: &[&str]) -> Message {
    Message {
        id: MessageId::from_u128(seq.unsigned_abs().into()),
        environment_id: EnvironmentId::from_u128(1),
        app_id: AppId::from_u128(1),
        event_id: None,
        event_type: EventTypeName::new(event_type).unwrap(),
        channels: channels.iter().map(|name| ChannelName::new(name).unwrap()).collect(),
        payload: Some(Bytes::from_static(b"{}")),
        created_at: Micros::default(),
        payload_until: None,
    }
}

pub(crate) fn waiting(endpoint: u128, seq: i64, trigger: Trigger) -> Waiting {
    let key =
        DeliveryKey { endpoint_id: EndpointId::from_u128(endpoint), message_seq: MessageSeq(seq), trigger };
    let due_at = (trigger == Trigger::Manual).then_some(Micros::default());
    Waiting { delivery: Delivery { key, attempts: 0, due_at }, message: Arc::new(message(seq, "a.b", &[])) }
}
