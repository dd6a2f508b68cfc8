//! Counts attempts in memory and writes the sums every few seconds, so that statistics cost no write of their own per
//! batch. A crash loses the last seconds of them, and never a delivery: deliveries do not depend on them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use klingel_store::Settlement;
use klingel_store::stats::STAT_DELTAS_MAX;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::World;
use crate::record::tally::Tally;

/// How long a sum is in memory only.
const FLUSH_EVERY: Duration = Duration::from_secs(5);
/// How much longer it is while there are many: with ten thousand busy endpoints the sums of five seconds would cost a
/// third of what the deliveries cost.
const FLUSH_MANY_LATER: Duration = Duration::from_secs(25);
/// From so many sums on there are many.
const MANY_SUMS: usize = 2_000;

/// Counts what was recorded. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Statistics {
    tally: Arc<Mutex<Tally>>,
    /// There is something to write.
    begun: Arc<Notify>,
}

impl Statistics {
    fn tally(&self) -> MutexGuard<'_, Tally> {
        // A panic under the lock leaves sums that are at worst incomplete.
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts the attempts of a batch that has been recorded. Writes first if memory is full.
    pub(super) async fn count(&self, world: &World, recorded: &[Settlement]) {
        if self.tally().is_full_for(recorded.len()) {
            self.flush(world).await;
        }
        let mut tally = self.tally();
        let was_empty = tally.is_empty();
        for attempt in recorded.iter().filter_map(|settlement| settlement.attempt.as_ref()) {
            tally.count(attempt);
        }
        if was_empty && !tally.is_empty() {
            self.begun.notify_one();
        }
    }

    /// Writes a while after the first attempt was counted, again and again until stopped.
    pub(super) async fn run(self, world: Arc<World>, stop: CancellationToken) {
        let begun = || async {
            self.begun.notified().await;
            tokio::time::sleep(FLUSH_EVERY).await;
            if self.tally().len() >= MANY_SUMS {
                tokio::time::sleep(FLUSH_MANY_LATER).await;
            }
        };
        while stop.run_until_cancelled(begun()).await.is_some() {
            self.flush(&world).await;
        }
    }

    /// Writes all sums. What the store does not take is kept for the next time, as far as there is room.
    pub(super) async fn flush(&self, world: &World) {
        let sums = self.tally().take();
        let mut chunks = sums.chunks(STAT_DELTAS_MAX);
        while let Some(chunk) = chunks.next() {
            if let Err(error) = world.store.add_stats(chunk.to_vec()).await {
                let mut tally = self.tally();
                let kept = chunk.iter().chain(chunks.flatten()).filter(|sum| tally.add(**sum)).count();
                tracing::warn!(%error, kept, "statistics were not written; they are written later");
                self.begun.notify_one();
                return;
            }
        }
    }
}
