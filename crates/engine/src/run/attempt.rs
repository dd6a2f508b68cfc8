//! The task of one attempt.

use std::sync::Arc;

use klingel_store::Settlement;

use super::dispatcher::{Report, Shared};
use crate::deliver::{self, Made};
use crate::queue::Launch;
use crate::record;

/// Makes an attempt, reports that it has ended, and hands in what is to be recorded.
///
/// One of these is allocated for every attempt. So nothing stays in it that the next step does not need: below a
/// kilobyte the allocator has a list of its own at hand, and a processor's cache holds twice as many of them.
#[expect(clippy::manual_async_fn, reason = "an async fn keeps its arguments twice")]
pub(super) fn attempt(shared: Arc<Shared>, launch: Launch) -> impl Future<Output = ()> {
    async move {
        let (finished, settlement) = {
            let made = deliver::make(&shared.world, shared.settings.attempt_timeout_max, &launch).await;
            conclude(&shared, &launch, &made)
        };
        // Both queues outlive every attempt; they close only when the engine is dropped without being stopped.
        let reported = match shared.reports.reserve().await {
            Ok(place) => {
                place.send(finished);
                shared.settlements.reserve().await.ok()
            }
            Err(_) => None,
        };
        if let Some(place) = reported {
            place.send(settlement);
        } else {
            tracing::warn!("an attempt ended after its engine; it is made again at the next start");
        }
    }
}

/// What an attempt that was made means for its lane, and what is to be recorded of it.
fn conclude(shared: &Shared, launch: &Launch, made: &Made) -> (Report, Settlement) {
    let (number, succeeded, class) = (made.number, made.delivered(), made.error_class());
    shared.meters.attempted(made.duration, class);
    let now = shared.world.clock.now();
    let decision = record::decide(made, launch, &shared.settings, &*shared.world.dice, now);
    if succeeded {
        shared.meters.delivered(number, launch.waiting.message.created_at, now);
    }
    let key = decision.settlement.key;
    (Report::Finished { key, succeeded, pause: decision.pause }, decision.settlement)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the allocator has a list of its own for, less what the runtime adds to a task.
    const ATTEMPT_BYTES_MAX: usize = 1024 - 256;

    #[test]
    fn an_attempt_is_small() {
        fn bytes<A, B, F: Future>(_: fn(A, B) -> F) -> usize {
            size_of::<F>()
        }
        assert!(bytes(attempt) <= ATTEMPT_BYTES_MAX, "{} bytes", bytes(attempt));
    }
}
