//! `GET /api/v1/dialect/{dialect_name}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::wire::DialectOut;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::find::InPath;
use crate::problem::Problem;

/// Gives a dialect.
#[utoipa::path(
    get,
    path = "/api/v1/dialect/{dialect_name}",
    operation_id = "v1.dialect.get",
    tag = "Dialect",
    params(("dialect_name" = String, Path, description = "Its name, as in `dialect` of an application")),
    responses((status = 200, description = "The dialect", body = DialectOut))
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    _: Caller<Read>,
    InPath(name): InPath<String>,
) -> Result<Response, Problem> {
    match api.engine().world().dialect(&name) {
        Some(dialect) => Ok(answer::json(StatusCode::OK, &DialectOut::of(&**dialect))),
        None => Err(Problem::not_found("dialect")),
    }
}
