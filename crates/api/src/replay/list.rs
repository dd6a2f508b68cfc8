//! `GET /api/v1/app/{app_id}/endpoint/{endpoint_id}/replay`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_model::ReplayId;
use klingel_store::Order;

use super::wire::ReplayOut;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::find::{self, InPath};
use crate::page::{List, Wanted};
use crate::problem::Problem;
use crate::query::Query;

/// Lists the replays to an endpoint, newest first. Those that have ended are kept as long as messages are.
#[utoipa::path(
    get,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay",
    operation_id = "v1.replay.list",
    tag = "Replay",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "The endpoint's id or uid"),
        ("limit" = Option<u64>, Query, description = "Items of the page, 1 to 250; 50 unless given"),
        ("iterator" = Option<String>, Query, description = "`iterator` or `prevIterator` of another page"),
    ),
    responses((status = 200, description = "A page of replays", body = List<ReplayOut>))
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    InPath((app, endpoint)): InPath<(String, String)>,
    mut query: Query,
) -> Result<Response, Problem> {
    let wanted = Wanted::<ReplayId>::of(&api, &mut query, Order::Descending, false);
    query.finish()?;
    let (application, endpoint) =
        find::app_and_endpoint(&api, caller.environment_id, &app, &endpoint).await?;
    let scan = api.engine().replays(application.id, Some(endpoint.id), wanted.page.clone()).await?;
    let list = wanted.list(scan, |replay| replay.id, |replay| Ok(ReplayOut::of(&replay)))?;
    Ok(answer::json(StatusCode::OK, &list))
}
