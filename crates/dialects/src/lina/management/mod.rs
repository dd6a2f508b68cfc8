//! Routes of operators of Klingel, below `/api/v1/app/{app_id}/lina`: what a store has booked, who may call.

use axum::Router;
use axum::routing::{delete, get, put};
use klingel_engine::Engine;

mod issuer;
mod key;
mod operator;
mod store;

/// The routes.
pub fn router(engine: Engine) -> Router {
    Router::new()
        .route("/store", get(store::show).put(store::replace))
        .route("/key", get(key::list).post(key::create))
        .route("/key/{key_id}", delete(key::revoke))
        .route("/issuer", get(issuer::list).post(issuer::save))
        .route("/issuer/{issuer_id}", delete(issuer::forget))
        .route("/operator", get(operator::list))
        .route("/operator/{operator}", put(operator::replace))
        .with_state(engine)
}
