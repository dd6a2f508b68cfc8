//! `GET`, `POST …/issuer` and `DELETE …/issuer/{issuer_id}`: whose OAuth tokens may read.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use klingel_engine::Engine;
use klingel_engine::door::Managed;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::lina::answer::{self, Problem};
use crate::lina::records::issuer::{self, Issuer};

#[derive(Debug, Deserialize)]
pub struct IssuerPath {
    issuer_id: String,
}

fn shown(id: &str, issuer: &Issuer) -> Value {
    let keys = issuer.jwks["keys"].as_array().into_iter().flatten().map(|key| &key["kid"]);
    json!({
        "id": id,
        "issuer": issuer.name,
        "audience": issuer.audience,
        "keyIds": keys.collect::<Vec<_>>(),
    })
}

pub async fn list(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
) -> Result<Response, Problem> {
    let all = issuer::list(&*engine.world().store, managed.application.id).await?;
    let data: Vec<Value> = all.iter().map(|kept| shown(&kept.key, &kept.document)).collect();
    Ok(answer::json(StatusCode::OK, &json!({ "data": data })))
}

/// A new one, or the new keys of one that is known: the same issuer and audience.
pub async fn save(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    body: Body,
) -> Result<Response, Problem> {
    let issuer: Issuer = answer::read(body).await?;
    let world = engine.world();
    let id = issuer::save(&*world.store, &*world.clock, managed.application.id, &issuer).await?;
    Ok(answer::json(StatusCode::CREATED, &shown(&id, &issuer)))
}

pub async fn forget(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    Path(path): Path<IssuerPath>,
) -> Result<Response, Problem> {
    issuer::forget(&*engine.world().store, managed.application.id, &path.issuer_id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
