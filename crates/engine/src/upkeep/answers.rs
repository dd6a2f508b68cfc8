//! Forgets idempotency keys whose time is over.

use klingel_store::Error;

use super::{STEP_ROWS, STEPS_MAX};
use crate::World;
use crate::settings::Settings;

pub(super) async fn turn(world: &World, _settings: &Settings) -> Result<u64, Error> {
    let now = world.clock.now();
    let mut answers = 0;
    for _ in 0..STEPS_MAX {
        let forgotten = world.store.forget_answers(now, STEP_ROWS).await?;
        answers += forgotten;
        if forgotten < STEP_ROWS as u64 {
            break;
        }
    }
    Ok(answers)
}
