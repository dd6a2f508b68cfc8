//! `sites`, `groups`: things that an operator numbers himself, each at `{path}/{id}`.

use axum::body::Bytes;
use axum::extract::{RawPathParams, State};
use axum::routing::get;
use axum::{Extension, Json, Router};
use http::StatusCode;
use klingel_engine::Engine;
use klingel_engine::door::Managed;
use klingel_model::{AppId, Micros};
use klingel_store::Store;

use crate::signinapp::feed::number;
use crate::signinapp::fields::Fields;
use crate::signinapp::problem::Problem;
use crate::signinapp::records::{self, Numbered};

/// The routes of one kind of thing.
pub(super) fn routes<D: Numbered>(path: &str) -> Router<Engine> {
    let one = get(show::<D>).put(put::<D>).delete(remove::<D>);
    Router::new().route(path, get(list::<D>)).route(&format!("{path}/{{id}}"), one)
}

/// All of them, by number.
async fn list<D: Numbered>(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
) -> Result<Json<Vec<D>>, Problem> {
    all(&*engine.world().store, managed.application.id).await.map(Json)
}

/// The same, for API and command line.
pub(in crate::signinapp) async fn all<D: Numbered>(
    store: &dyn Store,
    app_id: AppId,
) -> Result<Vec<D>, Problem> {
    records::list(store, app_id, "", D::MAX).await
}

/// One.
async fn show<D: Numbered>(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    params: RawPathParams,
) -> Result<Json<D>, Problem> {
    let id = number(&params, "id", D::WHAT)?.to_string();
    let found = records::get(&*engine.world().store, managed.application.id, &id).await?;
    Ok(Json(found.document))
}

/// New or over the old one: 201 or 200.
async fn put<D: Numbered>(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    params: RawPathParams,
    body: Bytes,
) -> Result<(StatusCode, Json<D>), Problem> {
    let id = number(&params, "id", D::WHAT)?;
    let world = engine.world();
    let (document, new) = write(&*world.store, managed.application.id, id, &body, world.clock.now()).await?;
    Ok((if new { StatusCode::CREATED } else { StatusCode::OK }, Json(document)))
}

/// Reads and writes one, for API and command line. Gives whether it is new.
pub(in crate::signinapp) async fn write<D: Numbered>(
    store: &dyn Store,
    app_id: AppId,
    id: i64,
    body: &[u8],
    now: Micros,
) -> Result<(D, bool), Problem> {
    let mut fields = Fields::of(body)?;
    let read = D::read(id, &mut fields);
    let document = fields.finish(read)?;
    let known: Vec<D> = all(store, app_id).await?;
    if known.len() >= D::MAX && known.iter().all(|one| one.key() != document.key()) {
        return Err(Problem::conflict(format!("An account has at most {} {}s.", D::MAX, D::WHAT)));
    }
    let new = records::write(store, app_id, &document, now).await?;
    Ok((document, new))
}

/// Removes one. Its visits stay.
async fn remove<D: Numbered>(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    params: RawPathParams,
) -> Result<StatusCode, Problem> {
    let id = number(&params, "id", D::WHAT)?.to_string();
    records::delete::<D>(&*engine.world().store, managed.application.id, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
