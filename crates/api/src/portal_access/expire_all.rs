//! `POST /api/v1/auth/app/{app_id}/expire-all`

use axum::extract::State;
use axum::response::Response;
use klingel_model::PassScope;

use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::fields::Fields;
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Ends every session in an application's portal, its customer's as well as those of the people whose data it keeps,
/// and every link that was not opened yet, at once.
#[utoipa::path(
    post,
    path = "/api/v1/auth/app/{app_id}/expire-all",
    operation_id = "v1.authentication.expire-all",
    tag = "Authentication",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("idempotency-key" = Option<String>, Header, description = "Accepted; doing it twice is doing it once"),
    ),
    responses((status = 204, description = "They are logged out"))
)]
pub(crate) async fn expire_all(
    State(api): State<ApiState>,
    InPath(app): InPath<String>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    Fields::of_optional(&request.body)?.finish(Some(()))?;
    let environment_id = request.caller.environment_id;
    let application = find::application(&api, environment_id, &app).await?;
    let scope = PassScope::Application(application.id);
    api.engine().world().store.end_sessions(environment_id, Some(scope)).await?;
    Ok(answer::no_content())
}
