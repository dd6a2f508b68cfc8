//! "Keep visitor data": what is older than an account keeps is deleted, in accounts where nothing happens too.

use klingel_engine::World;
use klingel_engine::upkeep::{Applications, Chore, retire_messages_of};
use klingel_model::AppId;
use klingel_store::Error;

use super::problem::Problem;
use super::records::account::Account;

/// The dialect's chores.
pub(super) const CHORES: &[Chore] =
    &[Chore { name: "signinapp.keep_visitor_data", turn: |world, _| Box::pin(forget(world)) }];

/// Gives how many visits and messages went.
async fn forget(world: &World) -> Result<u64, Error> {
    let (mut accounts, mut gone) = (Applications::of("signinapp"), 0);
    while let Some(some) = accounts.next(&*world.store).await? {
        for app_id in some {
            match of_account(world, app_id).await {
                Ok(of_account) => gone += of_account,
                // One account must not keep the visitors of all others.
                Err(problem) => tracing::error!(%app_id, why = problem.text(), "old visits were not deleted"),
            }
        }
    }
    Ok(gone)
}

/// Visits by when they began; messages by when they were made, which is never before that: payloads of visits go with
/// their visits (`payload_until`), and this removes what another setting, or a plain message, has left.
async fn of_account(world: &World, app_id: AppId) -> Result<u64, Problem> {
    let (store, now) = (&*world.store, world.clock.now());
    let account = Account::of(store, app_id).await?;
    let Some(since) = account.kept_since(now) else { return Ok(0) };
    let visits = account.retire_all(store, app_id, now).await?;
    Ok(visits + retire_messages_of(store, app_id, since).await?)
}
