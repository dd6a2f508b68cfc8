//! `GET /api/v1/app/{app_id}/endpoint`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_store::Order;

use super::get::EndpointOut;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::find::{self, InPath};
use crate::page::{List, Wanted};
use crate::problem::Problem;
use crate::query::Query;

/// Lists the endpoints of an application, oldest first unless `order` says otherwise.
#[utoipa::path(
    get,
    path = "/api/v1/app/{app_id}/endpoint",
    operation_id = "v1.endpoint.list",
    tag = "Endpoint",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("limit" = Option<u64>, Query, description = "Items of the page, 1 to 250; 50 unless given"),
        ("iterator" = Option<String>, Query, description = "`iterator` or `prevIterator` of another page"),
        ("order" = Option<String>, Query, description = "`ascending` or `descending`"),
    ),
    responses((status = 200, description = "A page of endpoints", body = List<EndpointOut>))
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    InPath(app): InPath<String>,
    mut query: Query,
) -> Result<Response, Problem> {
    let wanted = Wanted::of(&api, &mut query, Order::Ascending, true);
    query.finish()?;
    let application = find::application(&api, caller.environment_id, &app).await?;
    let scan = api.engine().reader().endpoints(application.id, wanted.page.clone()).await?;
    let list = wanted.list(scan, |endpoint| endpoint.id, |endpoint| Ok(EndpointOut::from(endpoint)))?;
    Ok(answer::json(StatusCode::OK, &list))
}
