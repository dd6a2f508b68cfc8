//! `DELETE /api/v1/app/{app_id}`

use axum::extract::State;
use axum::response::Response;

use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Manage};
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Deletes an application with its endpoints, messages and attempts. Nothing of it is sent from now on.
#[utoipa::path(
    delete,
    path = "/api/v1/app/{app_id}",
    operation_id = "v1.application.delete",
    tag = "Application",
    params(("app_id" = String, Path, description = "Its id or uid")),
    responses((status = 204, description = "It is gone"))
)]
pub(crate) async fn delete(
    State(api): State<ApiState>,
    caller: Caller<Manage>,
    InPath(app): InPath<String>,
) -> Result<Response, Problem> {
    let application = find::application(&api, caller.environment_id, &app).await?;
    api.engine().delete_application(application.id).await?;
    Ok(answer::no_content())
}
