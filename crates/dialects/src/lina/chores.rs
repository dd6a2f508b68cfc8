//! What the vendor keeps is gone after two weeks: what was sent, and what was answered.

use std::time::Duration;

use klingel_engine::World;
use klingel_engine::upkeep::{Applications, Chore, retire_messages_of};
use klingel_store::Error;

/// How long messages, attempts and answers are kept, whatever the general retention says beyond it.
pub const KEPT: Duration = Duration::from_hours(14 * 24);

/// The dialect's chores.
pub const CHORES: &[Chore] =
    &[Chore { name: "lina.interface_log", turn: |world, _| Box::pin(forget(world)) }];

/// Gives how many messages went.
async fn forget(world: &World) -> Result<u64, Error> {
    let (store, before) = (&*world.store, world.clock.now().minus(KEPT));
    let (mut stores, mut messages) = (Applications::of("lina"), 0);
    while let Some(some) = stores.next(store).await? {
        for app_id in some {
            messages += retire_messages_of(store, app_id, before).await?;
        }
    }
    Ok(messages)
}
