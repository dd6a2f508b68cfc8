//! Removes lines of the audit log whose retention has ended.

use klingel_store::Error;

use super::{STEP_ROWS, STEPS_MAX};
use crate::World;
use crate::settings::Settings;

pub(super) async fn turn(world: &World, settings: &Settings) -> Result<u64, Error> {
    let before = world.clock.now().minus(settings.audit_retention);
    let mut lines = 0;
    for _ in 0..STEPS_MAX {
        let retired = world.store.retire_audit(before, STEP_ROWS).await?;
        lines += retired;
        if retired < STEP_ROWS as u64 {
            break;
        }
    }
    Ok(lines)
}
