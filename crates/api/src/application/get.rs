//! `GET /api/v1/app/{app_id}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::wire::ApplicationOut;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Gives an application.
#[utoipa::path(
    get,
    path = "/api/v1/app/{app_id}",
    operation_id = "v1.application.get",
    tag = "Application",
    params(("app_id" = String, Path, description = "Its id or uid")),
    responses((status = 200, description = "The application", body = ApplicationOut))
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    InPath(app): InPath<String>,
) -> Result<Response, Problem> {
    let application = find::application(&api, caller.environment_id, &app).await?;
    Ok(answer::json(StatusCode::OK, &ApplicationOut::from(application)))
}
