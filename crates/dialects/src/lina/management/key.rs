//! `GET`, `POST …/key` and `DELETE …/key/{key_id}`: API keys of the store.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use klingel_engine::Engine;
use klingel_engine::door::Managed;
use klingel_model::Micros;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::lina::answer::{self, Problem};
use crate::lina::records::Kept;
use crate::lina::records::api_key::{self, ApiKey, NewKey};

#[derive(Debug, Deserialize)]
pub struct KeyPath {
    key_id: String,
}

/// A key without its text.
fn shown(kept: &Kept<ApiKey>) -> Value {
    let at = |us: i64| Micros::from_unix_us(us).to_rfc3339();
    let key = &kept.document;
    json!({
        "id": kept.key,
        "name": key.name,
        "operator": key.operator,
        "ipAddress": key.ip_address,
        "scopes": key.scopes,
        "createdAt": at(key.created_us),
        "validUntil": key.valid_until_us.map(at),
        "revokedAt": key.revoked_us.map(at),
    })
}

pub async fn list(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
) -> Result<Response, Problem> {
    let keys = api_key::list(&*engine.world().store, managed.application.id).await?;
    let data: Vec<Value> = keys.iter().map(shown).collect();
    Ok(answer::json(StatusCode::OK, &json!({ "data": data })))
}

/// The only answer that ever holds the key's text, as `key`.
pub async fn create(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    body: Body,
) -> Result<Response, Problem> {
    let new: NewKey = answer::read(body).await?;
    let world = engine.world();
    let app_id = managed.application.id;
    let (text, kept) = api_key::create(&*world.store, &*world.clock, &*world.dice, app_id, new).await?;
    let mut body = shown(&kept);
    body["key"] = text.into();
    Ok(answer::json(StatusCode::CREATED, &body))
}

pub async fn revoke(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    Path(path): Path<KeyPath>,
) -> Result<Response, Problem> {
    let world = engine.world();
    api_key::revoke(&*world.store, &*world.clock, managed.application.id, &path.key_id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
