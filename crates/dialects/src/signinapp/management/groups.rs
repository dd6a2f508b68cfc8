//! `groups`, `groups/{id}`: visitor groups.

use axum::body::Bytes;
use axum::extract::{RawPathParams, State};
use axum::{Extension, Json};
use http::StatusCode;
use klingel_engine::Engine;
use klingel_engine::door::Managed;
use klingel_model::{AppId, Micros};
use klingel_store::Store;

use crate::signinapp::feed::number;
use crate::signinapp::fields::Fields;
use crate::signinapp::problem::Problem;
use crate::signinapp::records::group::{GROUPS_MAX, Group};
use crate::signinapp::records::{self, Document as _};

/// All of them, by number.
pub(super) async fn list(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
) -> Result<Json<Vec<Group>>, Problem> {
    records::list(&*engine.world().store, managed.application.id, "", GROUPS_MAX).await.map(Json)
}

/// One.
pub(super) async fn one(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    params: RawPathParams,
) -> Result<Json<Group>, Problem> {
    let id = number(&params, "id", Group::WHAT)?.to_string();
    let found = records::get(&*engine.world().store, managed.application.id, &id).await?;
    Ok(Json(found.document))
}

/// New or over the old one: 201 or 200.
pub(super) async fn put(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    params: RawPathParams,
    body: Bytes,
) -> Result<(StatusCode, Json<Group>), Problem> {
    let id = number(&params, "id", Group::WHAT)?;
    let world = engine.world();
    let (document, new) = write(&*world.store, managed.application.id, id, &body, world.clock.now()).await?;
    Ok((if new { StatusCode::CREATED } else { StatusCode::OK }, Json(document)))
}

/// Reads and writes one, for API and command line. Gives whether it is new.
pub(in crate::signinapp) async fn write(
    store: &dyn Store,
    app_id: AppId,
    id: i64,
    body: &[u8],
    now: Micros,
) -> Result<(Group, bool), Problem> {
    let mut fields = Fields::of(body)?;
    let read = Group::read(id, &mut fields);
    let document = fields.finish(read)?;
    let known: Vec<Group> = records::list(store, app_id, "", GROUPS_MAX).await?;
    if known.len() >= GROUPS_MAX && known.iter().all(|one| one.id != id) {
        return Err(Problem::conflict(format!("An account has at most {GROUPS_MAX} groups.")));
    }
    let new = records::write(store, app_id, &document, now).await?;
    Ok((document, new))
}

/// Removes one. Its visits stay.
pub(super) async fn remove(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    params: RawPathParams,
) -> Result<StatusCode, Problem> {
    let id = number(&params, "id", Group::WHAT)?.to_string();
    records::delete::<Group>(&*engine.world().store, managed.application.id, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
