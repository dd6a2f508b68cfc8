//! `GET /api/v1/app/{app_id}/endpoint/{endpoint_id}`, and how an endpoint is written.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_model::{Endpoint, Micros, RetrySchedule};
use serde::Serialize;
use serde_json::Number;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::choice;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::find::{self, InPath};
use crate::problem::Problem;

/// An endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EndpointOut {
    /// Its id.
    id: String,
    /// The publisher's own name for it.
    uid: Option<String>,
    /// Where messages go.
    #[schema(format = "uri")]
    url: String,
    /// What it is for, for people.
    description: String,
    /// Switched off, by its owner or by Klingel; see `disabledReason`.
    disabled: bool,
    /// Event types it wants; null: all.
    event_types: Option<Vec<String>>,
    /// Channels it listens to; null: all.
    channels: Option<Vec<String>>,
    /// Requests a second; null: no limit.
    throttle_rate: Option<u16>,
    /// Requests under way at once. Klingel's own field.
    max_in_flight: u16,
    /// Seconds to wait after each failed attempt; null: as the dialect says. Klingel's own field.
    #[schema(value_type = Option<Vec<f64>>)]
    retry_schedule: Option<Vec<Number>>,
    /// Which messages it wants, as a filter document; null: all. Klingel's own field.
    #[schema(value_type = Option<Object>)]
    filter: Option<Box<RawValue>>,
    /// Its settings in the application's dialect; null: none. Klingel's own field.
    #[schema(value_type = Option<Object>)]
    settings: Option<Box<RawValue>>,
    /// Free marks.
    metadata: BTreeMap<String, String>,
    /// Since when every attempt has failed. Klingel's own field.
    #[schema(format = DateTime)]
    failing_since: Option<String>,
    /// When Klingel itself switched it off. Klingel's own field.
    #[schema(format = DateTime)]
    disabled_at: Option<String>,
    /// Why Klingel itself switched it off. Klingel's own field.
    disabled_reason: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<Endpoint> for EndpointOut {
    fn from(endpoint: Endpoint) -> Self {
        let names = |list: Vec<_>| list.iter().map(ToString::to_string).collect();
        Self {
            id: endpoint.id.to_string(),
            uid: endpoint.uid.map(|uid| uid.to_string()),
            url: endpoint.url.as_ref().to_owned(),
            description: endpoint.description,
            disabled: endpoint.disabled,
            event_types: endpoint.event_types.map(names),
            channels: endpoint.channels.map(|list| list.iter().map(ToString::to_string).collect()),
            throttle_rate: endpoint.rate_limit_per_s,
            max_in_flight: endpoint.max_in_flight,
            retry_schedule: endpoint.retry_schedule.as_ref().map(seconds),
            filter: choice::shown(endpoint.filter_json),
            settings: choice::shown(endpoint.dialect_settings_json),
            metadata: endpoint.metadata,
            failing_since: endpoint.health.failing_since.map(Micros::to_rfc3339),
            disabled_at: endpoint.health.disabled_at.map(Micros::to_rfc3339),
            disabled_reason: endpoint.health.disabled_reason,
            created_at: endpoint.created_at.to_rfc3339(),
            updated_at: endpoint.updated_at.to_rfc3339(),
        }
    }
}

/// Whole seconds as whole numbers, others with their fraction.
fn seconds(schedule: &RetrySchedule) -> Vec<Number> {
    let number = |wait: std::time::Duration| match wait.subsec_nanos() {
        0 => Number::from(wait.as_secs()),
        _ => Number::from_f64(wait.as_secs_f64()).unwrap_or_else(|| Number::from(wait.as_secs())),
    };
    schedule.delays().map(number).collect()
}

/// Gives an endpoint. Its secret and headers have operations of their own.
#[utoipa::path(
    get,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}",
    operation_id = "v1.endpoint.get",
    tag = "Endpoint",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "Its id or uid"),
    ),
    responses((status = 200, description = "The endpoint", body = EndpointOut))
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    InPath((app, endpoint)): InPath<(String, String)>,
) -> Result<Response, Problem> {
    let (_, endpoint) = find::app_and_endpoint(&api, caller.environment_id, &app, &endpoint).await?;
    Ok(answer::json(StatusCode::OK, &EndpointOut::from(endpoint)))
}
