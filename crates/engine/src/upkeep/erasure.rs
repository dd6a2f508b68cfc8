//! Erases what belonged to deleted applications and endpoints.

use klingel_store::Error;

use super::{STEP_ROWS, STEPS_MAX};
use crate::World;
use crate::settings::Settings;

pub(super) async fn turn(world: &World, _settings: &Settings) -> Result<u64, Error> {
    let mut rows = 0;
    for _ in 0..STEPS_MAX {
        let erased = world.store.erase_deleted(STEP_ROWS).await?;
        rows += erased.messages + erased.attempts + erased.deliveries;
        if !erased.more {
            break;
        }
    }
    Ok(rows)
}
