//! `GET /api/v1/app/{app_id}/endpoint/{endpoint_id}/replay/{replay_id}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::wire::ReplayOut;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Gets a replay: how it stands, and how far it has come.
#[utoipa::path(
    get,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay/{replay_id}",
    operation_id = "v1.replay.get",
    tag = "Replay",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "The endpoint's id or uid"),
        ("replay_id" = String, Path, description = "The replay's id"),
    ),
    responses((status = 200, description = "The replay", body = ReplayOut))
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    InPath((app, endpoint, replay)): InPath<(String, String, String)>,
) -> Result<Response, Problem> {
    let (application, endpoint) =
        find::app_and_endpoint(&api, caller.environment_id, &app, &endpoint).await?;
    let replay = super::found(&api, application.id, &endpoint, &replay).await?;
    Ok(answer::json(StatusCode::OK, &ReplayOut::of(&replay)))
}
