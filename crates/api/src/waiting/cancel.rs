//! `POST /api/v1/app/{app_id}/endpoint/{endpoint_id}/cancel-waiting`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::CanceledOut;
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::fields::Fields;
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Drops everything that waits for an endpoint, retries included. Requests under way end, and are recorded. The messages
/// stay, and can be sent again.
#[utoipa::path(
    post,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/cancel-waiting",
    operation_id = "v1.endpoint.cancel-waiting",
    tag = "Endpoint",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "The endpoint's id or uid"),
    ),
    responses((status = 200, description = "It was dropped", body = CanceledOut))
)]
pub(crate) async fn cancel(
    State(api): State<ApiState>,
    InPath((app, endpoint)): InPath<(String, String)>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    Fields::of_optional(&request.body)?.finish(Some(()))?;
    let environment_id = request.caller.environment_id;
    let (application, endpoint) = find::app_and_endpoint(&api, environment_id, &app, &endpoint).await?;
    let canceled = api.engine().cancel_waiting(application.id, endpoint.id).await?;
    let out = CanceledOut { canceled: canceled.deliveries, more: canceled.more };
    Ok(answer::json(StatusCode::OK, &out))
}
