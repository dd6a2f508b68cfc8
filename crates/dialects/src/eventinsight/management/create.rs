//! `POST webhooks`: *Neuer Webhook*.

use std::collections::BTreeMap;

use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use klingel_model::endpoint::MAX_IN_FLIGHT_DEFAULT;
use klingel_model::{Endpoint, EndpointHealth, EndpointId};

use super::wire::{WebhookIn, webhook_out};
use crate::eventinsight::answer::{Problem, json_of};
use crate::eventinsight::call::Call;

/// Answers `201` with the webhook.
pub(super) async fn create(call: Call, body: Bytes) -> Result<Response, Problem> {
    call.query("")?;
    let wanted = WebhookIn::read(&body, &call.engine.settings().limits)?;
    let world = call.engine.world();
    let now = world.clock.now();
    let mut endpoint = Endpoint {
        id: EndpointId::new(now, &*world.dice),
        app_id: call.application().id,
        uid: None,
        url: String::new().into(),
        description: String::new(),
        disabled: false,
        event_types: None,
        channels: None,
        filter_json: None,
        rate_limit_per_s: None,
        max_in_flight: MAX_IN_FLIGHT_DEFAULT,
        retry_schedule: None,
        headers: BTreeMap::new(),
        secrets: Vec::new(),
        dialect_settings_json: None,
        metadata: BTreeMap::new(),
        health: EndpointHealth::default(),
        created_at: now,
        updated_at: now,
    };
    wanted.fill(&mut endpoint);
    call.engine.add_endpoint(endpoint.clone(), None).await?;
    Ok(json_of(StatusCode::CREATED, &webhook_out(&endpoint)))
}
