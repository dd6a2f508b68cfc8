//! The host application keeps its users and companies here; Klingel finds out what changed and tells the webhooks.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use klingel_engine::Engine;

use super::call::Call;
use super::entity::EntityType;

mod delete;
mod kept;
mod put;
mod show;

/// `users/{id}` and `companies/{id}`.
pub(super) fn routes(engine: Engine) -> Router {
    Router::new()
        .route("/users/{id}", of(EntityType::User))
        .route("/companies/{id}", of(EntityType::Company))
        .layer(DefaultBodyLimit::max(engine.settings().limits.body_bytes_max))
        .with_state(engine)
}

fn of(entity: EntityType) -> MethodRouter<Engine> {
    get(move |call: Call| show::show(call, entity))
        .put(move |call: Call, body: Bytes| put::put(call, entity, body))
        .delete(move |call: Call| delete::delete(call, entity))
}
