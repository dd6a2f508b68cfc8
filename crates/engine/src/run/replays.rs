//! Takes the steps of running replays.
//!
//! A replay asks for some messages by hand, notes how far it has come, and waits until most of them went out: so it
//! goes at the pace of its endpoint, and can be ended. How far it has come is in the store, and so it goes on after a
//! restart. Being woken only saves time.

use std::sync::Arc;
use std::time::Duration;

use klingel_model::Replay;
use klingel_store::replay::REPLAY_STEP_MAX;
use klingel_store::{Error, Order, Page, ReplayStep};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Nudge;
use crate::World;
use crate::catalog::replay::is_meant;
use crate::fanout::Catalogue;
use crate::refusal::Refusal;
use crate::settings::Settings;

/// Deliveries asked for by hand that may wait for an endpoint before its replay waits, too.
const AHEAD_MAX: u64 = 1000;
/// Wait of a replay whose endpoint has so many before it.
const PACE: Duration = Duration::from_millis(250);
/// Wait after the store has failed.
const FAILED_WAIT: Duration = Duration::from_secs(1);
/// Replays read at once.
const REPLAYS_PAGE: usize = 100;

pub(super) struct Replayer {
    pub(super) world: Arc<World>,
    pub(super) settings: Arc<Settings>,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) nudge: Nudge,
    pub(super) wake: Arc<Notify>,
}

/// What came of a turn, the most urgent last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pace {
    /// Nothing can be done until somebody does something.
    Idle,
    /// An endpoint has enough before it.
    Waits,
    /// There may be more to do at once.
    Moved,
}

impl Replayer {
    /// Runs until stopped.
    pub(super) async fn run(self, stop: CancellationToken) {
        loop {
            let wait = match self.turn().await {
                Ok(Pace::Moved) => Duration::ZERO,
                Ok(Pace::Waits) => PACE,
                Ok(Pace::Idle) => self.settings.sweep_every,
                Err(error) => {
                    tracing::error!(%error, "a step of a replay failed; trying again");
                    FAILED_WAIT
                }
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = self.wake.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// A step of every replay that is running.
    async fn turn(&self) -> Result<Pace, Refusal> {
        let (mut pace, mut after) = (Pace::Idle, None);
        loop {
            let running = self.world.store.running_replays(after, REPLAYS_PAGE).await.map_err(refusal)?;
            let Some(last) = running.last() else { return Ok(pace) };
            after = Some(last.span.endpoint_id);
            for replay in running {
                pace = pace.max(self.step(&replay).await?);
            }
        }
    }

    async fn step(&self, replay: &Replay) -> Result<Pace, Refusal> {
        let (store, span) = (&self.world.store, replay.span);
        let Some(target) = self.catalogue.target(span.endpoint_id).await? else {
            return Ok(Pace::Idle); // Deleted a moment ago, and the replay with it.
        };
        if target.endpoint.disabled {
            return Ok(Pace::Idle);
        }
        let ahead = store.asked_waiting(span.endpoint_id, AHEAD_MAX).await.map_err(refusal)?;
        let Some(room) = AHEAD_MAX.checked_sub(ahead).filter(|room| *room > 0) else {
            return Ok(Pace::Waits);
        };
        let limit = usize::try_from(room).unwrap_or(REPLAY_STEP_MAX).min(REPLAY_STEP_MAX);
        let page = Page { limit, after: replay.cursor, order: Order::Ascending };
        let found = store.replay_candidates(span, page).await.map_err(refusal)?;
        let meant = found.items.iter().filter(|candidate| is_meant(&target, span.which, candidate));
        let now = self.world.clock.now();
        let step = ReplayStep {
            id: replay.id,
            expected: replay.cursor,
            ask: meant.map(|candidate| candidate.message.id).collect(),
            cursor: found.resume,
            due_at: now,
        };
        let ends = step.cursor.is_none();
        match store.step_replay(step).await {
            Ok(after) => {
                if after.asked > replay.asked {
                    self.nudge.due(target, now);
                }
                if ends {
                    let (id, asked) = (replay.id, after.asked);
                    tracing::info!(replay_id = %id, endpoint_id = %span.endpoint_id, asked, "a replay has ended");
                }
                Ok(Pace::Moved)
            }
            // Ended by somebody, or deleted with its endpoint, while this step was made.
            Err(Error::Gone | Error::Changed) => Ok(Pace::Moved),
            Err(error) => Err(refusal(error)),
        }
    }
}

fn refusal(error: Error) -> Refusal {
    Refusal::of(error, "replay")
}
