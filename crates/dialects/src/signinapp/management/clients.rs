//! `clients`: who may read. The secret is shown once, when the client is made; a deleted client is refused at once.

use axum::body::Bytes;
use axum::extract::{RawPathParams, State};
use axum::{Extension, Json};
use http::StatusCode;
use klingel_engine::Engine;
use klingel_engine::door::Managed;
use klingel_model::{AppId, Dice, Micros};
use klingel_store::{Expected, RecordChange, Store};
use serde_json::{Value, json};

use crate::signinapp::fields::Fields;
use crate::signinapp::problem::Problem;
use crate::signinapp::records::client::{CLIENTS_MAX, Client};
use crate::signinapp::records::{self, Document as _, Found};

/// All of them, without secrets.
pub(super) async fn list(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
) -> Result<Json<Value>, Problem> {
    shown(&*engine.world().store, managed.application.id).await.map(Json)
}

/// The same, for API and command line.
pub(in crate::signinapp) async fn shown(store: &dyn Store, app_id: AppId) -> Result<Value, Problem> {
    let clients: Vec<Client> = records::list(store, app_id, "", CLIENTS_MAX).await?;
    Ok(clients
        .iter()
        .map(|one| json!({"key": one.key, "name": one.name, "permissions": one.permissions}))
        .collect())
}

/// A new one: 201 with its key and secret.
pub(super) async fn create(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let world = engine.world();
    let made = make(&*world.store, managed.application.id, &body, world.clock.now(), &*world.dice).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// The same, for API and command line.
pub(in crate::signinapp) async fn make(
    store: &dyn Store,
    app_id: AppId,
    body: &[u8],
    now: Micros,
    dice: &dyn Dice,
) -> Result<Value, Problem> {
    let mut fields = Fields::of(body)?;
    let read = Client::read(&mut fields);
    let (name, permissions) = fields.finish(read)?;
    let known: Vec<Client> = records::list(store, app_id, "", CLIENTS_MAX).await?;
    if known.len() >= CLIENTS_MAX {
        return Err(Problem::conflict(format!("An account has at most {CLIENTS_MAX} API clients.")));
    }
    let (client, secret) = Client::new(name, permissions, now, dice);
    store.change_records(vec![records::put(app_id, &client, None::<&Found<Client>>, now)]).await?;
    Ok(json!({"key": client.key, "secret": secret, "name": client.name, "permissions": client.permissions}))
}

/// Removes one.
pub(super) async fn remove(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    params: RawPathParams,
) -> Result<StatusCode, Problem> {
    let key = params.iter().find(|(name, _)| *name == "key").map_or("", |(_, key)| key);
    revoke(&*engine.world().store, managed.application.id, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The same, for API and command line.
pub(in crate::signinapp) async fn revoke(store: &dyn Store, app_id: AppId, key: &str) -> Result<(), Problem> {
    records::get::<Client>(store, app_id, key).await?;
    let change = RecordChange::Delete {
        app_id,
        kind: Client::KIND.to_owned(),
        key: key.to_owned(),
        expected: Expected::Anything,
    };
    Ok(store.change_records(vec![change]).await?)
}
