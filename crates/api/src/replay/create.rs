//! `POST /api/v1/app/{app_id}/endpoint/{endpoint_id}/replay`

use axum::extract::State;
use axum::response::Response;

use super::wire::{ReplayIn, ReplayOut};
use crate::ApiState;
use crate::auth::Publish;
use crate::body::Submitted;
use crate::find::InPath;
use crate::problem::Problem;

/// Sends the messages of a span of time that are meant by `which` to this endpoint again, once each, beside what is
/// scheduled. It goes on after a restart. Errors: 409 when the endpoint is disabled or another replay to it is running.
#[utoipa::path(
    post,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay",
    operation_id = "v1.replay.create",
    tag = "Replay",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "The endpoint's id or uid"),
        ("idempotency-key" = Option<String>, Header, description = "The same key: done once, answered alike for 24 h"),
    ),
    request_body = ReplayIn,
    responses((status = 202, description = "It has begun", body = ReplayOut))
)]
pub(crate) async fn create(
    State(api): State<ApiState>,
    InPath(names): InPath<(String, String)>,
    request: Submitted<Publish>,
) -> Result<Response, Problem> {
    let wanted = ReplayIn::read(&request.body)?;
    super::begin(&api, request, names, wanted).await
}
