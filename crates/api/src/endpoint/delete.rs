//! `DELETE /api/v1/app/{app_id}/endpoint/{endpoint_id}`

use axum::extract::State;
use axum::response::Response;

use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Manage};
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Deletes an endpoint. What is still owed to it is dropped.
#[utoipa::path(
    delete,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}",
    operation_id = "v1.endpoint.delete",
    tag = "Endpoint",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "Its id or uid"),
    ),
    responses((status = 204, description = "It is gone"))
)]
pub(crate) async fn delete(
    State(api): State<ApiState>,
    caller: Caller<Manage>,
    InPath((app, endpoint)): InPath<(String, String)>,
) -> Result<Response, Problem> {
    let (application, endpoint) =
        find::app_and_endpoint(&api, caller.environment_id, &app, &endpoint).await?;
    api.engine().delete_endpoint(application.id, endpoint.id).await?;
    Ok(answer::no_content())
}
