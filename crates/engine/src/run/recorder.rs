//! Settles in batches: what ends within a moment is recorded together.
//!
//! Nobody waits for it: the requests were answered, and their places are free again. What a crash leaves unrecorded is
//! sent once more, so the moment is short.

use std::sync::Arc;
use std::time::Duration;

use klingel_store::{HealthChange, Outcome, Settlement};
use tokio::sync::mpsc::{self, error::TryRecvError};
use tokio_util::sync::CancellationToken;

use super::dispatcher::{Recorded, Report};
use super::statistics::Statistics;
use super::watch::Watch;
use crate::fanout::Catalogue;
use crate::settings::Settings;
use crate::{World, measure};

/// How often settlements are gathered before a batch is written, unless it is full before.
const GATHER_TIMES: usize = 4;
/// How long each time. Settlements that are written together share pages and a commit.
const GATHER_WAIT: Duration = Duration::from_millis(5);
/// Wait before a refused batch is offered again; doubles up to [`WAIT_MAX`].
const WAIT_MIN: Duration = Duration::from_millis(100);
/// Longest wait before a refused batch is offered again.
const WAIT_MAX: Duration = Duration::from_secs(1);

pub(super) struct Recorder {
    pub(super) world: Arc<World>,
    pub(super) settings: Arc<Settings>,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) settlements: mpsc::Receiver<Settlement>,
    pub(super) reports: mpsc::Sender<Report>,
    pub(super) statistics: Statistics,
    pub(super) watch: Watch,
}

impl Recorder {
    /// Runs until every sender is gone and everything is recorded; after `hurry`, until the queue is empty.
    pub(super) async fn run(mut self, hurry: CancellationToken) {
        let batch_max = self.settings.settle_batch_max;
        let mut batch = Vec::with_capacity(batch_max);
        loop {
            let received = hurry.run_until_cancelled(self.settlements.recv_many(&mut batch, batch_max)).await;
            if received.is_none() {
                self.settlements.close();
                self.settlements.recv_many(&mut batch, batch_max).await;
            }
            if batch.is_empty() {
                break;
            }
            self.gather(&mut batch, batch_max, &hurry).await;
            let recorded = batch.iter().map(recorded).collect();
            let batch = Arc::new(std::mem::replace(&mut batch, Vec::with_capacity(batch_max)));
            let is_recorded = self.settle(&batch, &hurry).await;
            self.forget_disabled(&batch);
            if self.reports.send(Report::Settled(recorded)).await.is_err() {
                tracing::debug!("recorded after the dispatcher has stopped");
            }
            if is_recorded {
                self.statistics.count(&self.world, &batch).await;
                self.watch.tell(&self.world, &batch).await;
            }
        }
    }

    /// Waits a moment for more. It looks into the queue now and then: to be woken for each one costs more than to record
    /// it.
    async fn gather(&mut self, batch: &mut Vec<Settlement>, batch_max: usize, hurry: &CancellationToken) {
        for _ in 0..GATHER_TIMES {
            if batch.len() >= batch_max
                || hurry.run_until_cancelled(tokio::time::sleep(GATHER_WAIT)).await.is_none()
            {
                return;
            }
            while batch.len() < batch_max {
                match self.settlements.try_recv() {
                    Ok(settlement) => batch.push(settlement),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return,
                }
            }
        }
    }

    /// Fan-out must not go on owing messages to an endpoint that has been switched off.
    fn forget_disabled(&self, batch: &[Settlement]) {
        for settlement in batch {
            if let (Some(HealthChange::Disabled { .. }), Some(attempt)) =
                (&settlement.health, &settlement.attempt)
            {
                self.catalogue.forget(attempt.app_id);
            }
        }
    }

    /// Writes a batch, however long it takes: what was sent must not be forgotten because a disk is full. Only a
    /// shutdown ends the trying (`false`); the deliveries are then sent once more at the next start.
    async fn settle(&self, batch: &Arc<Vec<Settlement>>, hurry: &CancellationToken) -> bool {
        let mut wait = WAIT_MIN;
        for settlement in batch.iter() {
            match settlement.outcome {
                Outcome::GivenUp => measure::given_up(),
                Outcome::Delivered | Outcome::Retry(_) | Outcome::Dropped => {}
            }
            if let Some(HealthChange::Disabled { reason, .. }) = &settlement.health {
                measure::disabled();
                tracing::warn!(endpoint_id = %settlement.key.endpoint_id, reason, "endpoint disabled");
            }
        }
        while let Err(error) = self.world.store.settle(Arc::clone(batch)).await {
            tracing::error!(%error, settlements = batch.len(), "recording attempts failed; trying again");
            if hurry.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
                return false;
            }
            wait = (wait * 2).min(WAIT_MAX);
        }
        true
    }
}

fn recorded(settlement: &Settlement) -> Recorded {
    Recorded {
        key: settlement.key,
        retry_at: match settlement.outcome {
            Outcome::Retry(at) => Some(at),
            _ => None,
        },
        disabled: matches!(settlement.health, Some(HealthChange::Disabled { .. })),
    }
}
