//! What the operator sets up. Below `/api/v1/app/{app_id}/signinapp/`.

use axum::Router;
use axum::routing::{delete, get};
use klingel_engine::Engine;

use super::event::SiteOut;
use super::records::group::Group;

pub(super) mod account;
pub(super) mod clients;
mod members;
mod notifications;
pub(super) mod numbered;

/// The routes.
pub(super) fn router(engine: Engine) -> Router {
    Router::new()
        .merge(numbered::routes::<SiteOut>("/sites"))
        .merge(numbered::routes::<Group>("/groups"))
        .route("/groups/{id}/members", get(members::list))
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
