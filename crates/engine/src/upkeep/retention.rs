//! Removes messages and attempts whose retention has ended. What is still owed to somebody stays.

use klingel_store::Error;

use super::{STEP_ROWS, STEPS_MAX};
use crate::settings::Settings;
use crate::{World, measure};

pub(super) async fn turn(world: &World, settings: &Settings) -> Result<u64, Error> {
    let before = world.clock.now().minus(settings.retention);
    let mut messages = 0;
    for _ in 0..STEPS_MAX {
        let retired = world.store.retire(before, STEP_ROWS).await?;
        messages += retired.messages;
        measure::retired(retired.messages);
        if !retired.more {
            break;
        }
    }
    Ok(messages)
}
