//! What the host application has registered of a user: the personal data that can be released.

use klingel_engine::Refusal;
use klingel_model::{AppId, Clock};
use klingel_store::{Expected, RecordChange, Store};

use super::consent::Released;
use super::{Kept, Place};

const KIND: &str = "lina.user";

/// The user's data, if any are registered.
pub async fn find(
    store: &dyn Store,
    app_id: AppId,
    user_uuid: &str,
) -> Result<Option<Kept<Released>>, Refusal> {
    super::load(store, app_id, KIND, user_uuid).await
}

/// Registers them anew. Errors: `Invalid`, `Conflict`.
pub async fn save(
    store: &dyn Store,
    clock: &dyn Clock,
    app_id: AppId,
    user_uuid: &str,
    fields: &Released,
) -> Result<(), Refusal> {
    fields.check()?;
    let old = find(store, app_id, user_uuid).await?.map(|kept| kept.version);
    let place = Place { app_id, kind: KIND, key: user_uuid.to_owned(), partition: "" };
    super::change(store, vec![super::put(place, fields, clock.now(), old)]).await
}

/// Forgets them. Errors: `NotFound("user")`.
pub async fn forget(store: &dyn Store, app_id: AppId, user_uuid: &str) -> Result<(), Refusal> {
    let Some(kept) = find(store, app_id, user_uuid).await? else { return Err(Refusal::NotFound("user")) };
    let change = RecordChange::Delete {
        app_id,
        kind: KIND.to_owned(),
        key: kept.key,
        expected: Expected::Version(kept.version),
    };
    super::change(store, vec![change]).await
}
