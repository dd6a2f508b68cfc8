//! Removes payloads that were to be kept for a shorter time than their messages.

use klingel_store::Error;

use super::{STEP_ROWS, STEPS_MAX};
use crate::World;
use crate::settings::Settings;

pub(super) async fn turn(world: &World, _settings: &Settings) -> Result<u64, Error> {
    let now = world.clock.now();
    let mut payloads = 0;
    for _ in 0..STEPS_MAX {
        let expired = world.store.expire_payloads(now, STEP_ROWS).await?;
        payloads += expired;
        if expired < STEP_ROWS as u64 {
            break;
        }
    }
    Ok(payloads)
}
