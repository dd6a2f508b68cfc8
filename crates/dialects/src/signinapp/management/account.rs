//! `account`: settings. A shorter "Keep visitor data" deletes at once what is too old.

use axum::body::Bytes;
use axum::extract::State;
use axum::{Extension, Json};
use klingel_engine::Engine;
use klingel_engine::door::Managed;
use klingel_model::{AppId, Micros};
use klingel_store::Store;

use crate::signinapp::fields::Fields;
use crate::signinapp::problem::Problem;
use crate::signinapp::records;
use crate::signinapp::records::account::{Account, KEEP_DAYS_MAX};

/// The settings.
pub(super) async fn show(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
) -> Result<Json<Account>, Problem> {
    Account::of(&*engine.world().store, managed.application.id).await.map(Json)
}

/// Replaces them.
pub(super) async fn put(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    body: Bytes,
) -> Result<Json<Account>, Problem> {
    let world = engine.world();
    write(&*world.store, managed.application.id, &body, world.clock.now()).await.map(Json)
}

/// The same, for API and command line.
pub(in crate::signinapp) async fn write(
    store: &dyn Store,
    app_id: AppId,
    body: &[u8],
    now: Micros,
) -> Result<Account, Problem> {
    let mut fields = Fields::of(body)?;
    let keep_visitor_data_days = fields.optional("keep_visitor_data_days", |days: &i64| {
        if (1..=KEEP_DAYS_MAX).contains(days) {
            Ok(())
        } else {
            Err(format!("There must be 1 to {KEEP_DAYS_MAX} days, or null to keep visits for ever."))
        }
    });
    let account = fields.finish(Some(Account { keep_visitor_data_days }))?;
    records::write(store, app_id, &account, now).await?;
    account.retire_all(store, app_id, now).await?;
    Ok(account)
}
