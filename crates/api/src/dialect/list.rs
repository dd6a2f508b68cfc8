//! `GET /api/v1/dialect`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::wire::DialectOut;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::page::List;
use crate::problem::Problem;

/// Lists every dialect that applications can be made with: its words in both languages, its forms and lists, and whether
/// it signs. All of them at once: they are part of the program.
#[utoipa::path(
    get,
    path = "/api/v1/dialect",
    operation_id = "v1.dialect.list",
    tag = "Dialect",
    responses((status = 200, description = "All dialects", body = List<DialectOut>))
)]
pub(crate) async fn list(State(api): State<ApiState>, _: Caller<Read>) -> Result<Response, Problem> {
    let dialects = &api.engine().world().dialects;
    let data: Vec<DialectOut> = dialects.iter().map(|dialect| DialectOut::of(&**dialect)).collect();
    let list = List { data, iterator: None, prev_iterator: None, done: true };
    Ok(answer::json(StatusCode::OK, &list))
}
