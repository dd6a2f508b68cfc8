//! Routes of the host application, below `/api/v1/app/{app_id}/lina`: what users decide.

use axum::Router;
use axum::routing::{get, post};
use klingel_engine::{Engine, Refusal};
use serde::Deserialize;
use uuid::Uuid;

pub mod decide;
pub mod decisions;
mod give;
mod history;
mod user;
mod withdraw;

/// The routes.
pub fn router(engine: Engine) -> Router {
    Router::new()
        .route("/consent/give", post(give::give))
        .route("/consent/withdraw", post(withdraw::withdraw))
        .route("/consent/{user_uuid}", get(decisions::all))
        .route("/consent/{user_uuid}/open", get(decisions::open))
        .route("/consent/{user_uuid}/history", get(history::history))
        .route("/user/{user_uuid}", get(user::show).put(user::replace).delete(user::forget))
        .with_state(engine)
}

/// The user in a path.
#[derive(Debug, Deserialize)]
pub struct UserPath {
    user_uuid: String,
}

/// Checks a user's uuid and gives it as it is kept and sent: small letters, with hyphens.
pub fn user_uuid(text: &str) -> Result<String, Refusal> {
    let uuid = Uuid::try_parse(text);
    uuid.map(|uuid| uuid.to_string()).map_err(|_| Refusal::Invalid("userUuid", "must be a UUID".to_owned()))
}
