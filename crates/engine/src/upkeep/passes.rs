//! Forgets links and sessions of the portal whose time is over.

use klingel_store::Error;

use super::{STEP_ROWS, STEPS_MAX};
use crate::World;
use crate::settings::Settings;

pub(super) async fn turn(world: &World, _settings: &Settings) -> Result<u64, Error> {
    let now = world.clock.now();
    let mut passes = 0;
    for _ in 0..STEPS_MAX {
        let forgotten = world.store.forget_passes(now, STEP_ROWS).await?;
        passes += forgotten;
        if forgotten < STEP_ROWS as u64 {
            break;
        }
    }
    Ok(passes)
}
