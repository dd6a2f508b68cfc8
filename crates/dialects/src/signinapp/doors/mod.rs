//! The vendor's own reading interface, `/client-api/v1/`.

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get};
use http::StatusCode;
use klingel_engine::Engine;

use super::problem::Problem;

mod access;
mod groups;
mod history;
mod members;
mod page;
mod rate;
mod today;

/// What the doors share.
#[derive(Clone)]
pub(super) struct Doors {
    engine: Engine,
    rate: Arc<rate::Rate>,
}

/// The routes.
pub(super) fn router(engine: Engine) -> Router {
    let doors = Doors { engine, rate: Arc::default() };
    Router::new()
        .route("/client-api/v1/groups", get(groups::list).fallback(wrong_verb))
        .route("/client-api/v1/groups/{id}/members", get(members::list).fallback(wrong_verb))
        .route("/client-api/v1/sites/{id}/history", get(history::list).fallback(wrong_verb))
        .route("/client-api/v1/sites/{id}/today", get(today::list).fallback(wrong_verb))
        .route("/client-api/{*rest}", any(unknown_path))
        .with_state(doors)
}

async fn wrong_verb() -> Problem {
    Problem::Sentence(StatusCode::METHOD_NOT_ALLOWED, "This path knows only GET.".to_owned())
}

async fn unknown_path() -> Problem {
    Problem::not_found("path")
}
