//! `GET …/operator` and `PUT …/operator/{operator}`: what users are shown of third parties.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use klingel_engine::Engine;
use klingel_engine::door::Managed;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::lina::answer::{self, Problem};
use crate::lina::records::operator::{self, Operator};

#[derive(Debug, Deserialize)]
pub struct OperatorPath {
    operator: String,
}

#[derive(Debug, Serialize)]
struct Shown {
    id: String,
    #[serde(flatten)]
    described: Operator,
}

pub async fn list(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
) -> Result<Response, Problem> {
    let all = operator::list(&*engine.world().store, managed.application.id).await?;
    let data: Vec<Shown> =
        all.into_iter().map(|kept| Shown { id: kept.key, described: kept.document }).collect();
    Ok(answer::json(StatusCode::OK, &json!({ "data": data })))
}

pub async fn replace(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    Path(path): Path<OperatorPath>,
    body: Body,
) -> Result<Response, Problem> {
    let described: Operator = answer::read(body).await?;
    let world = engine.world();
    let app_id = managed.application.id;
    operator::save(&*world.store, &*world.clock, app_id, &path.operator, &described).await?;
    Ok(answer::json(StatusCode::OK, &Shown { id: path.operator, described }))
}
