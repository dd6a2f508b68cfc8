//! `POST /api/v1/app/{app_id}/endpoint/{endpoint_id}/replay-missing`

use axum::extract::State;
use axum::response::Response;
use klingel_model::ReplayWhich;

use super::wire::{ReplayOut, SpanIn};
use crate::ApiState;
use crate::auth::Publish;
use crate::body::Submitted;
use crate::find::InPath;
use crate::problem::Problem;

/// Sends, once each, the messages of a span of time that this endpoint wants by its rules of today and that were never sent
/// to it. It goes on after a restart. Errors: 409 when the endpoint is disabled or another replay to it is running.
#[utoipa::path(
    post,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay-missing",
    operation_id = "v1.endpoint.replay-missing",
    tag = "Replay",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "The endpoint's id or uid"),
        ("idempotency-key" = Option<String>, Header, description = "The same key: done once, answered alike for 24 h"),
    ),
    request_body = SpanIn,
    responses((status = 202, description = "It has begun", body = ReplayOut))
)]
pub(crate) async fn replay_missing(
    State(api): State<ApiState>,
    InPath(names): InPath<(String, String)>,
    request: Submitted<Publish>,
) -> Result<Response, Problem> {
    let wanted = SpanIn::read(&request.body)?.which(ReplayWhich::Missing);
    super::begin(&api, request, names, wanted).await
}
