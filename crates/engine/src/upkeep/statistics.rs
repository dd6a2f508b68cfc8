//! Removes statistics that are too old: fine ones soon, coarse ones with the messages.

use klingel_store::stats::FIVE_MINUTES_KEPT_FOR;
use klingel_store::{Error, Resolution};

use super::{STEP_ROWS, STEPS_MAX};
use crate::World;
use crate::settings::Settings;

pub(super) async fn turn(world: &World, settings: &Settings) -> Result<u64, Error> {
    let now = world.clock.now();
    let mut slots = 0;
    for (resolution, kept_for) in
        [(Resolution::FiveMinutes, FIVE_MINUTES_KEPT_FOR), (Resolution::Hour, settings.retention)]
    {
        for _ in 0..STEPS_MAX {
            let retired = world.store.retire_stats(resolution, now.minus(kept_for), STEP_ROWS).await?;
            slots += retired;
            if retired < STEP_ROWS as u64 {
                break;
            }
        }
    }
    Ok(slots)
}
