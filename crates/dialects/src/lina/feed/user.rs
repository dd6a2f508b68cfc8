//! `GET`, `PUT` and `DELETE …/user/{user_uuid}`: the personal data that a user can release on the page *Datenweitergabe*.
//! Registering them sends nothing, and changes nothing that is released already.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use klingel_engine::door::Managed;
use klingel_engine::{Engine, Refusal};

use super::{UserPath, user_uuid};
use crate::lina::answer::{self, Problem};
use crate::lina::records::consent::Released;
use crate::lina::records::user;

pub async fn show(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    Path(path): Path<UserPath>,
) -> Result<Response, Problem> {
    let user = user_uuid(&path.user_uuid)?;
    let found = user::find(&*engine.world().store, managed.application.id, &user).await?;
    Ok(answer::json(StatusCode::OK, &found.ok_or(Refusal::NotFound("user"))?.document))
}

/// Fields that are left out are registered no more.
pub async fn replace(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    Path(path): Path<UserPath>,
    body: Body,
) -> Result<Response, Problem> {
    let user = user_uuid(&path.user_uuid)?;
    let fields: Released = answer::read(body).await?;
    let world = engine.world();
    user::save(&*world.store, &*world.clock, managed.application.id, &user, &fields).await?;
    Ok(answer::json(StatusCode::OK, &fields))
}

/// What was released stays released until it is withdrawn.
pub async fn forget(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    Path(path): Path<UserPath>,
) -> Result<Response, Problem> {
    let user = user_uuid(&path.user_uuid)?;
    user::forget(&*engine.world().store, managed.application.id, &user).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
