//! What the operator sets up. Below `/api/v1/app/{app_id}/signinapp/`.

use axum::Router;
use axum::routing::{delete, get};
use klingel_engine::Engine;

pub(super) mod account;
pub(super) mod clients;
pub(super) mod groups;
mod members;
mod notifications;
pub(super) mod sites;

/// The routes.
pub(super) fn router(engine: Engine) -> Router {
    Router::new()
        .route("/sites", get(sites::list))
        .route("/sites/{id}", get(sites::one).put(sites::put).delete(sites::remove))
        .route("/groups", get(groups::list))
        .route("/groups/{id}", get(groups::one).put(groups::put).delete(groups::remove))
        .route(
            "/groups/{id}/members/{member_id}",
            get(members::one).put(members::put).delete(members::remove),
        )
        .route("/clients", get(clients::list).post(clients::create))
        .route("/clients/{key}", delete(clients::remove))
        .route("/account", get(account::show).put(account::put))
        .route("/notifications", get(notifications::list).post(notifications::create))
        .route(
            "/notifications/{id}",
            get(notifications::one).put(notifications::replace).delete(notifications::remove),
        )
        .with_state(engine)
}
