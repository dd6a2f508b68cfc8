//! `PATCH /api/v1/app/{app_id}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::change;
use super::wire::{ApplicationOut, ApplicationPatch};
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::find::InPath;
use crate::problem::Problem;

/// Changes the fields of an application that the body names.
#[utoipa::path(
    patch,
    path = "/api/v1/app/{app_id}",
    operation_id = "v1.application.patch",
    tag = "Application",
    params(("app_id" = String, Path, description = "Its id or uid")),
    request_body = ApplicationPatch,
    responses((status = 200, description = "The application as it is now", body = ApplicationOut))
)]
pub(crate) async fn patch(
    State(api): State<ApiState>,
    InPath(app): InPath<String>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    let patch = ApplicationPatch::read(&request.body, &api.engine().settings().limits)?;
    let application = change(&api, request.caller.environment_id, &app, |application| {
        if let Some(name) = &patch.name {
            application.name.clone_from(name);
        }
        patch.uid.apply(&mut application.uid);
        patch.throttle_rate.apply(&mut application.rate_limit_per_s);
        if let Some(metadata) = &patch.metadata {
            application.metadata.clone_from(metadata);
        }
        if let Some(dialect) = &patch.dialect {
            application.dialect.clone_from(dialect);
        }
    })
    .await?;
    Ok(answer::json(StatusCode::OK, &ApplicationOut::from(application)))
}
