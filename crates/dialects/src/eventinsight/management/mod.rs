//! *Einstellungen > Integrationen > Koppelungen*: the organiser's webhooks, their test button and their log.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use klingel_engine::Engine;

mod create;
mod delete;
pub(super) mod list;
pub(super) mod log;
mod show;
mod test;
mod update;
mod wire;

/// Everything below `webhooks`.
pub(super) fn routes(engine: Engine) -> Router {
    Router::new()
        .route("/webhooks", get(list::list).post(create::create))
        .route("/webhooks/{endpoint}", get(show::show).put(update::update).delete(delete::delete))
        .route("/webhooks/{endpoint}/test", post(test::test))
        .route("/webhooks/{endpoint}/log", get(log::list))
        .route("/webhooks/{endpoint}/log/{attempt}", get(log::open))
        .layer(DefaultBodyLimit::max(engine.settings().limits.body_bytes_max))
        .with_state(engine)
}
