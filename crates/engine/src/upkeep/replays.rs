//! Forgets replays that ended longer ago than their messages are kept.

use klingel_store::Error;

use super::{STEP_ROWS, STEPS_MAX};
use crate::World;
use crate::settings::Settings;

pub(super) async fn turn(world: &World, settings: &Settings) -> Result<u64, Error> {
    let before = world.clock.now().minus(settings.retention);
    let mut replays = 0;
    for _ in 0..STEPS_MAX {
        let retired = world.store.retire_replays(before, STEP_ROWS).await?;
        replays += retired;
        if retired < STEP_ROWS as u64 {
            break;
        }
    }
    Ok(replays)
}
