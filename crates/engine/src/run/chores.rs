//! Does every chore of [`crate::upkeep`] at its pace, and keeps the gauges of the queue.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::settings::Settings;
use crate::{World, measure, upkeep};

/// How often the queue's depth is measured.
const DEPTH_EVERY: Duration = Duration::from_secs(2);

/// Runs until stopped. A chore that fails is logged and done again the next time.
pub(super) async fn run(world: Arc<World>, settings: Arc<Settings>, stop: CancellationToken) {
    let begun = world.clock.monotonic();
    let mut upkeep_at = begun;
    while stop.run_until_cancelled(tokio::time::sleep(DEPTH_EVERY)).await.is_some() {
        match world.store.depth().await {
            Ok(depth) => measure::depth(depth, world.clock.now()),
            Err(error) => tracing::warn!(%error, "measuring the queue failed"),
        }
        if world.clock.monotonic() < upkeep_at {
            continue;
        }
        upkeep_at = world.clock.monotonic() + settings.upkeep_every;
        for chore in upkeep::all(&world) {
            if stop.is_cancelled() {
                return;
            }
            if let Err(error) = (chore.turn)(&world, &settings).await {
                tracing::error!(%error, chore = chore.name, "a chore failed; it is done again the next time");
            }
        }
    }
}
