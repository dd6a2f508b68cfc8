//! `GET` and `PUT …/store`: what the store has booked.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_engine::Engine;
use klingel_engine::door::Managed;

use crate::lina::answer::{self, Problem};
use crate::lina::records::store_settings::{self, StoreSettings};

pub async fn show(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
) -> Result<Response, Problem> {
    let settings = store_settings::load(&*engine.world().store, managed.application.id).await?;
    Ok(answer::json(StatusCode::OK, &settings))
}

/// Fields that are left out get their defaults.
pub async fn replace(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    body: Body,
) -> Result<Response, Problem> {
    let settings: StoreSettings = answer::read(body).await?;
    let world = engine.world();
    let kept = store_settings::save(&*world.store, &*world.clock, managed.application.id, settings).await?;
    Ok(answer::json(StatusCode::OK, &kept))
}
