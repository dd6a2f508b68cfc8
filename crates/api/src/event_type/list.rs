//! `GET /api/v1/event-type`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_store::Order;

use super::wire::EventTypeOut;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::page::{List, Wanted};
use crate::problem::Problem;
use crate::query::Query;

/// Lists the event types of the environment by name.
#[utoipa::path(
    get,
    path = "/api/v1/event-type",
    operation_id = "v1.event-type.list",
    tag = "Event Type",
    params(
        ("limit" = Option<u64>, Query, description = "Items of the page, 1 to 250; 50 unless given"),
        ("iterator" = Option<String>, Query, description = "`iterator` or `prevIterator` of another page"),
        ("order" = Option<String>, Query, description = "`ascending` or `descending`"),
        ("include_archived" = Option<bool>, Query, description = "Archived ones, too"),
        ("with_content" = Option<bool>, Query, description = "With their schemas"),
    ),
    responses((status = 200, description = "A page of event types", body = List<EventTypeOut>))
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    mut query: Query,
) -> Result<Response, Problem> {
    let wanted = Wanted::of(&api, &mut query, Order::Ascending, true);
    let include_archived = query.flag("include_archived", false);
    let with_schemas = query.flag("with_content", false);
    query.finish()?;
    let page = wanted.page.clone();
    let scan = api.engine().reader().event_types(caller.environment_id, page, include_archived).await?;
    let list = wanted.list(scan, |one| one.name.clone(), |one| EventTypeOut::of(one, with_schemas))?;
    Ok(answer::json(StatusCode::OK, &list))
}
