//! Sending again what was accepted in a span of time, and dropping what waits.

use std::sync::Arc;

use klingel_model::{AppId, EndpointId, MessageId, Replay, ReplayId, ReplaySpan, ReplayState, ReplayWhich};
use klingel_store::replay::REPLAY_STEP_MAX;
use klingel_store::{Canceled, Candidate, EndpointRef, Error, Order, Page, Scan};

use crate::Engine;
use crate::fanout::{Facts, Target};
use crate::refusal::Refusal;

/// Pages of messages that a dry run looks through; what lies behind is not counted.
const COUNT_PAGES_MAX: usize = 50;
/// Deliveries that are dropped in one transaction.
const CANCEL_STEP: usize = 500;
/// Steps of one call; the caller may call again.
const CANCEL_STEPS_MAX: usize = 2000;
const WHAT: &str = "replay";

/// How many messages a replay would send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplayCount {
    /// Messages, counted up to a bound.
    pub count: u64,
    /// Whether there may be more.
    pub more: bool,
}

/// Whether a replay of this kind sends the candidate. Rules are those of today; that the endpoint is switched off is
/// not one of them.
pub(crate) fn is_meant(target: &Target, which: ReplayWhich, candidate: &Candidate) -> bool {
    let wants = || target.would_want(&candidate.message, &Facts::of(&candidate.message));
    match which {
        ReplayWhich::Failed => true,
        ReplayWhich::Missing => wants(),
        ReplayWhich::All => candidate.sent || wants(),
    }
}

impl Engine {
    /// Counts what a replay of this span would send, up to `count_max`, and changes nothing.
    /// Errors: `NotFound`, `Invalid("since")`.
    pub async fn replay_count(&self, span: ReplaySpan, count_max: u64) -> Result<ReplayCount, Refusal> {
        let target = self.replay_target(&span).await?;
        let mut count = 0;
        let mut page = Page { limit: REPLAY_STEP_MAX, after: None, order: Order::Ascending };
        for _ in 0..COUNT_PAGES_MAX {
            let found = self.world.store.replay_candidates(span, page.clone()).await;
            let found = found.map_err(|error| Refusal::of(error, WHAT))?;
            let meant = found.items.iter().filter(|candidate| is_meant(&target, span.which, candidate));
            count += meant.count() as u64;
            if count > count_max {
                return Ok(ReplayCount { count: count_max, more: true });
            }
            let Some(resume) = found.resume else { return Ok(ReplayCount { count, more: false }) };
            page.after = Some(resume);
        }
        Ok(ReplayCount { count, more: true })
    }

    /// Begins to send the messages of this span again, each once, beside what is scheduled. Durable when `Ok`: it goes
    /// on after a restart, at the pace of its endpoint, and within its limits.
    ///
    /// Errors: `NotFound`, `Invalid("since")`, `Conflict` when the endpoint is disabled or another replay to it is
    /// running.
    pub async fn replay_start(&self, span: ReplaySpan) -> Result<Replay, Refusal> {
        let target = self.replay_target(&span).await?;
        if target.endpoint.disabled {
            return Err(Refusal::Conflict(format!(
                "endpoint {} is disabled; enable it before sending to it again",
                target.endpoint.id
            )));
        }
        let now = self.world.clock.now();
        let replay = Replay {
            id: ReplayId::new(now, &*self.world.dice),
            // What comes later is sent anyway.
            span: ReplaySpan { until: span.until.min(now), ..span },
            state: ReplayState::Running,
            cursor: None,
            asked: 0,
            created_at: now,
            updated_at: now,
        };
        match self.world.store.add_replay(replay.clone()).await {
            Ok(()) => {
                self.replay_wake.notify_one();
                Ok(replay)
            }
            Err(Error::Limit(..)) => Err(Refusal::Conflict(
                "a replay to this endpoint is running already; cancel it, or wait for its end".to_owned(),
            )),
            Err(error) => Err(Refusal::of(error, "endpoint")),
        }
    }

    async fn replay_target(&self, span: &ReplaySpan) -> Result<Arc<Target>, Refusal> {
        let target = self.catalogue.target_in(span.app_id, EndpointRef::Id(span.endpoint_id)).await?;
        if span.since >= span.until {
            return Err(Refusal::Invalid("since", "must be before until".to_owned()));
        }
        Ok(target)
    }

    /// Ends a running replay; one that has ended stays as it is. What it has asked for already goes out.
    /// Errors: `NotFound`.
    pub async fn replay_cancel(&self, app_id: AppId, id: ReplayId) -> Result<Replay, Refusal> {
        let canceled = self.world.store.cancel_replay(app_id, id, self.world.clock.now()).await;
        canceled.map_err(|error| Refusal::of(error, WHAT))
    }

    /// A replay of this application. Errors: `NotFound`.
    pub async fn replay(&self, app_id: AppId, id: ReplayId) -> Result<Replay, Refusal> {
        let found = self.world.store.replay(app_id, id).await;
        found.map_err(|error| Refusal::of(error, WHAT))?.ok_or(Refusal::NotFound(WHAT))
    }

    /// Replays of this application, or of one of its endpoints, by id.
    pub async fn replays(
        &self,
        app_id: AppId,
        endpoint_id: Option<EndpointId>,
        page: Page<ReplayId>,
    ) -> Result<Scan<Replay, ReplayId>, Refusal> {
        let listed = self.world.store.replays(app_id, endpoint_id, page).await;
        listed.map_err(|error| Refusal::of(error, WHAT))
    }

    /// Drops what waits of a message for an endpoint, its retries included. What is under way ends, and is recorded.
    /// Gives how many deliveries waited. Errors: `NotFound`.
    pub async fn cancel_delivery(
        &self,
        app_id: AppId,
        message_id: MessageId,
        endpoint_id: EndpointId,
    ) -> Result<u64, Refusal> {
        let canceled = self.world.store.cancel_delivery(app_id, message_id, endpoint_id).await;
        let canceled = canceled.map_err(|error| Refusal::of(error, "message"))?;
        self.nudge.canceled(endpoint_id).await;
        Ok(canceled)
    }

    /// Drops all that waits for an endpoint, in steps. `more`: so much waits that another call is needed. A running
    /// replay goes on; end it first. Errors: `NotFound`.
    pub async fn cancel_waiting(&self, app_id: AppId, endpoint_id: EndpointId) -> Result<Canceled, Refusal> {
        let mut canceled = Canceled::default();
        for _ in 0..CANCEL_STEPS_MAX {
            let step = self.world.store.cancel_waiting(app_id, endpoint_id, CANCEL_STEP).await;
            let step = step.map_err(|error| Refusal::of(error, "endpoint"))?;
            self.nudge.canceled(endpoint_id).await;
            canceled = Canceled { deliveries: canceled.deliveries + step.deliveries, more: step.more };
            if !step.more {
                break;
            }
        }
        Ok(canceled)
    }
}
