//! `POST /api/v1/app/{app_id}/endpoint/{endpoint_id}/replay/{replay_id}/cancel`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::wire::ReplayOut;
use crate::ApiState;
use crate::answer;
use crate::auth::Publish;
use crate::body::Submitted;
use crate::fields::Fields;
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Ends a running replay; one that has ended stays as it is. What it has asked for already goes out.
#[utoipa::path(
    post,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay/{replay_id}/cancel",
    operation_id = "v1.replay.cancel",
    tag = "Replay",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "The endpoint's id or uid"),
        ("replay_id" = String, Path, description = "The replay's id"),
    ),
    responses((status = 200, description = "The replay as it stands now", body = ReplayOut))
)]
pub(crate) async fn cancel(
    State(api): State<ApiState>,
    InPath((app, endpoint, replay)): InPath<(String, String, String)>,
    request: Submitted<Publish>,
) -> Result<Response, Problem> {
    Fields::of_optional(&request.body)?.finish(Some(()))?;
    let environment_id = request.caller.environment_id;
    let (application, endpoint) = find::app_and_endpoint(&api, environment_id, &app, &endpoint).await?;
    let replay = super::found(&api, application.id, &endpoint, &replay).await?;
    let replay = api.engine().replay_cancel(application.id, replay.id).await?;
    Ok(answer::json(StatusCode::OK, &ReplayOut::of(&replay)))
}
