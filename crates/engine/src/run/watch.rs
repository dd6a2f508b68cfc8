//! News of recorded attempts, for live views.
//!
//! They are told after the commit, so that whoever hears of an attempt can read it. When nobody listens, nothing is
//! made or kept. A listener that is too slow is told how many it has missed, and reads them from the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use klingel_model::{AppId, Attempt, AttemptId, AttemptStatus, EndpointId, EnvironmentId, MessageId};
use klingel_store::Settlement;
use tokio::sync::broadcast;

use crate::{Engine, World};

/// News that a listener may lag behind; older ones it misses.
pub const NEWS_KEPT_MAX: usize = 1024;
/// Applications whose environment is remembered; beyond it the memory starts anew.
const APPLICATIONS_MAX: usize = 10_000;

/// A recorded attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptNews {
    /// The attempt.
    pub attempt_id: AttemptId,
    /// Its message.
    pub message_id: MessageId,
    /// Its endpoint.
    pub endpoint_id: EndpointId,
    /// The application of both.
    pub app_id: AppId,
    /// The environment of all of them: a listener must look at it, every environment is in the same stream.
    pub environment_id: EnvironmentId,
    /// How it ended.
    pub status: AttemptStatus,
    /// HTTP status of the answer; 0 without one.
    pub response_status: u16,
}

/// Tells listeners.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    news: broadcast::Sender<AttemptNews>,
    /// An application never changes its environment.
    environments: Arc<Mutex<HashMap<AppId, EnvironmentId>>>,
}

impl Watch {
    pub(super) fn new() -> Self {
        Self { news: broadcast::Sender::new(NEWS_KEPT_MAX), environments: Arc::default() }
    }

    /// Tells of the attempts in a batch that has been recorded.
    pub(super) async fn tell(&self, world: &World, recorded: &[Settlement]) {
        if self.news.receiver_count() == 0 {
            return;
        }
        for attempt in recorded.iter().filter_map(|settlement| settlement.attempt.as_ref()) {
            if let Some(environment_id) = self.environment_of(world, attempt.app_id).await {
                // The last listener may have gone meanwhile.
                let _ = self.news.send(news(attempt, environment_id));
            }
        }
    }

    /// `None` when the application is gone, or the store does not answer: news only save a look at the store.
    async fn environment_of(&self, world: &World, app_id: AppId) -> Option<EnvironmentId> {
        // Nothing panics while the lock is held.
        let known = self.environments.lock().unwrap_or_else(PoisonError::into_inner).get(&app_id).copied();
        if known.is_some() {
            return known;
        }
        let application = match world.store.application_by_id(app_id).await {
            Ok(application) => application?,
            Err(error) => {
                tracing::warn!(%error, "live views are not told of an attempt");
                return None;
            }
        };
        let mut known = self.environments.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= APPLICATIONS_MAX {
            known.clear();
        }
        known.insert(app_id, application.environment_id);
        Some(application.environment_id)
    }
}

fn news(attempt: &Attempt, environment_id: EnvironmentId) -> AttemptNews {
    AttemptNews {
        attempt_id: attempt.id,
        message_id: attempt.message_id,
        endpoint_id: attempt.endpoint_id,
        app_id: attempt.app_id,
        environment_id,
        status: attempt.status,
        response_status: attempt.response_status,
    }
}

impl Engine {
    /// News of every attempt that is recorded from now on, of all environments. A listener that lags behind by more
    /// than [`NEWS_KEPT_MAX`] gets `RecvError::Lagged` with the number it has missed, and goes on.
    pub fn watch(&self) -> broadcast::Receiver<AttemptNews> {
        self.watch.news.subscribe()
    }
}
