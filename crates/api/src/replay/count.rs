//! `POST /api/v1/app/{app_id}/endpoint/{endpoint_id}/replay/count`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::ReplayIn;
use crate::ApiState;
use crate::answer;
use crate::auth::Read;
use crate::body::Submitted;
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Messages that are counted.
const COUNT_MAX: u64 = 10_000;

/// What a replay would send.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayCountOut {
    /// Messages, counted up to 10,000.
    count: u64,
    /// Whether there may be more than were counted.
    more: bool,
}

/// Counts the messages that a replay would send. Nothing is sent or changed.
#[utoipa::path(
    post,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay/count",
    operation_id = "v1.replay.count",
    tag = "Replay",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "The endpoint's id or uid"),
    ),
    request_body = ReplayIn,
    responses((status = 200, description = "How many there are", body = ReplayCountOut))
)]
pub(crate) async fn count(
    State(api): State<ApiState>,
    InPath((app, endpoint)): InPath<(String, String)>,
    request: Submitted<Read>,
) -> Result<Response, Problem> {
    let wanted = ReplayIn::read(&request.body)?;
    let environment_id = request.caller.environment_id;
    let (_, endpoint) = find::app_and_endpoint(&api, environment_id, &app, &endpoint).await?;
    let counted = api.engine().replay_count(wanted.span(&api, &endpoint), COUNT_MAX).await?;
    Ok(answer::json(StatusCode::OK, &ReplayCountOut { count: counted.count, more: counted.more }))
}
