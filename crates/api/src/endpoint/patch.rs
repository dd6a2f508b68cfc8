//! `PATCH /api/v1/app/{app_id}/endpoint/{endpoint_id}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_model::Endpoint;

use super::change;
use super::choice;
use super::get::EndpointOut;
use super::wire::EndpointPatch;
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Changes the fields of an endpoint that the body names. `"disabled": false` also forgets that it failed before.
#[utoipa::path(
    patch,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}",
    operation_id = "v1.endpoint.patch",
    tag = "Endpoint",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "Its id or uid"),
    ),
    request_body = EndpointPatch,
    responses((status = 200, description = "The endpoint as it is now", body = EndpointOut))
)]
pub(crate) async fn patch(
    State(api): State<ApiState>,
    InPath((app, endpoint)): InPath<(String, String)>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    let mut patch = EndpointPatch::read(&request.body, &api.engine().settings().limits)?;
    let application = find::application(&api, request.caller.environment_id, &app).await?;
    patch.settings = choice::fitted_given(super::dialect(&api, &application)?, patch.settings)?;
    let (endpoint, _) = change(&api, &application, &endpoint, None, |endpoint| {
        apply(&patch, endpoint);
        Ok(())
    })
    .await?;
    // The store forgets the health of an endpoint that is switched on again, so the answer is read back.
    let endpoint = find::endpoint(&api, application.id, &endpoint.id.to_string()).await?;
    Ok(answer::json(StatusCode::OK, &EndpointOut::from(endpoint)))
}

fn apply(patch: &EndpointPatch, endpoint: &mut Endpoint) {
    if let Some(url) = &patch.url {
        endpoint.url = url.as_str().into();
    }
    if let Some(description) = &patch.description {
        endpoint.description.clone_from(description);
    }
    if let Some(metadata) = &patch.metadata {
        endpoint.metadata.clone_from(metadata);
    }
    endpoint.disabled = patch.disabled.unwrap_or(endpoint.disabled);
    endpoint.max_in_flight = patch.max_in_flight.unwrap_or(endpoint.max_in_flight);
    patch.uid.apply(&mut endpoint.uid);
    patch.event_types.apply(&mut endpoint.event_types);
    patch.channels.apply(&mut endpoint.channels);
    patch.throttle_rate.apply(&mut endpoint.rate_limit_per_s);
    patch.retry_schedule.apply(&mut endpoint.retry_schedule);
    patch.filter.apply(&mut endpoint.filter_json);
    patch.settings.apply(&mut endpoint.dialect_settings_json);
}
