//! `DELETE /api/v1/event-type/{event_type_name}`

use axum::extract::State;
use axum::response::Response;

use super::change;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Manage};
use crate::find::InPath;
use crate::problem::Problem;
use crate::query::Query;

/// Archives an event type: it leaves the lists, and messages of it are refused. Endpoints that chose it keep their
/// choice. With `expunge`, it is deleted for good.
#[utoipa::path(
    delete,
    path = "/api/v1/event-type/{event_type_name}",
    operation_id = "v1.event-type.delete",
    tag = "Event Type",
    params(
        ("event_type_name" = String, Path, description = "Its name"),
        ("expunge" = Option<bool>, Query, description = "Delete it for good"),
    ),
    responses((status = 204, description = "It is archived or gone"))
)]
pub(crate) async fn delete(
    State(api): State<ApiState>,
    caller: Caller<Manage>,
    InPath(name): InPath<String>,
    mut query: Query,
) -> Result<Response, Problem> {
    let expunge = query.flag("expunge", false);
    query.finish()?;
    let environment_id = caller.environment_id;
    if expunge {
        let known = super::find(&api, environment_id, &name).await?;
        api.engine().delete_event_type(environment_id, known.name.clone()).await?;
        api.inner.archived.forget(environment_id, &known.name);
    } else {
        change(&api, environment_id, &name, |event_type| event_type.archived = true).await?;
    }
    Ok(answer::no_content())
}
