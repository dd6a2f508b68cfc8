//! `GET /api/v1/app`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_store::Order;

use super::wire::ApplicationOut;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::page::{List, Wanted};
use crate::problem::Problem;
use crate::query::Query;

/// Lists the applications of the environment, oldest first unless `order` says otherwise.
#[utoipa::path(
    get,
    path = "/api/v1/app",
    operation_id = "v1.application.list",
    tag = "Application",
    params(
        ("limit" = Option<u64>, Query, description = "Items of the page, 1 to 250; 50 unless given"),
        ("iterator" = Option<String>, Query, description = "`iterator` or `prevIterator` of another page"),
        ("order" = Option<String>, Query, description = "`ascending` or `descending`"),
    ),
    responses((status = 200, description = "A page of applications", body = List<ApplicationOut>))
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    mut query: Query,
) -> Result<Response, Problem> {
    let wanted = Wanted::of(&api, &mut query, Order::Ascending, true);
    query.finish()?;
    let scan = api.engine().reader().applications(caller.environment_id, wanted.page.clone()).await?;
    let list = wanted.list(scan, |app| app.id, |app| Ok(ApplicationOut::from(app)))?;
    Ok(answer::json(StatusCode::OK, &list))
}
