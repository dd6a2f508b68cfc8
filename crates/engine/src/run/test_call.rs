//! A message that is sent once, now, to one endpoint: for trying the endpoint out.
//!
//! It passes by the lane, and by what the lane would ask: whether the endpoint is on and wants the message. The message
//! is admitted for nobody, so that no lane sends it a second time, and no replay; message and attempt stay in the log. The endpoint's
//! health is left alone: somebody who tries out a URL must not switch anything off.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use klingel_model::{
    AppId, Attempt, ChannelName, Delivery, DeliveryKey, EndpointId, EventTypeName, Message, MessageId,
    MessageSeq, Micros, Trigger,
};
use klingel_store::{EndpointRef, Outcome, Settlement, Waiting};
use tokio_util::task::TaskTracker;

use crate::accept::Publish;
use crate::fanout::Target;
use crate::queue::{LaneHealth, Launch};
use crate::refusal::Refusal;
use crate::run::statistics::Statistics;
use crate::run::watch::Watch;
use crate::{Engine, World, deliver, record};

/// Test calls under way, to all endpoints together.
pub const TEST_CALLS_MAX: usize = 32;
/// Test calls under way to one endpoint.
pub const TEST_CALLS_PER_ENDPOINT_MAX: usize = 2;
/// Tries to record a test call.
const RECORDINGS_MAX: u32 = 3;
/// Wait between two tries to record.
const RECORDING_WAIT: Duration = Duration::from_millis(200);

/// What is sent to try an endpoint out.
#[derive(Debug, Clone)]
pub struct TestCall {
    /// The message's event type.
    pub event_type: EventTypeName,
    /// Its payload: kept, signed and sent byte for byte.
    pub payload: Bytes,
    /// Its channels.
    pub channels: Vec<ChannelName>,
    /// Until when the payload is kept; `None`: as long as the message.
    pub payload_until: Option<Micros>,
}

/// Test calls that are under way. They end even when nobody waits for them any more.
#[derive(Debug, Clone)]
pub(crate) struct TestCalls {
    under_way: Arc<Mutex<HashMap<EndpointId, usize>>>,
    tasks: TaskTracker,
    statistics: Statistics,
}

impl TestCalls {
    pub(super) fn new(tasks: TaskTracker, statistics: Statistics) -> Self {
        Self { under_way: Arc::default(), tasks, statistics }
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<EndpointId, usize>> {
        // Nothing panics while the lock is held.
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, endpoint_id: EndpointId) -> Result<UnderWay, Refusal> {
        let mut under_way = self.under_way();
        let to_this = under_way.get(&endpoint_id).copied().unwrap_or(0);
        if to_this >= TEST_CALLS_PER_ENDPOINT_MAX || under_way.values().sum::<usize>() >= TEST_CALLS_MAX {
            return Err(Refusal::Unavailable(format!(
                "too many test calls are under way; at most {TEST_CALLS_PER_ENDPOINT_MAX} to one endpoint and \
                 {TEST_CALLS_MAX} in all may wait for their answers"
            )));
        }
        under_way.insert(endpoint_id, to_this + 1);
        Ok(UnderWay { calls: self.clone(), endpoint_id })
    }
}

/// The place of a call among those under way; free again when dropped.
struct UnderWay {
    calls: TestCalls,
    endpoint_id: EndpointId,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut under_way = self.calls.under_way();
        if let Some(count) = under_way.get_mut(&self.endpoint_id) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.endpoint_id);
            }
        }
    }
}

impl Engine {
    /// Sends a message that the endpoint's dialect shapes first, once and now, whether or not the endpoint is on and
    /// wants it. Gives message and attempt as they are recorded; a failed attempt is a result, too, and is not tried
    /// again.
    ///
    /// Errors: `NotFound` (application or endpoint), `Invalid` (the dialect does not take such a message),
    /// `Unavailable` when [`TEST_CALLS_MAX`] or [`TEST_CALLS_PER_ENDPOINT_MAX`] are under way.
    pub async fn test_call(
        &self,
        app_id: AppId,
        endpoint_id: EndpointId,
        call: TestCall,
    ) -> Result<(Arc<Message>, Attempt), Refusal> {
        let target = self.catalogue.target_in(app_id, EndpointRef::Id(endpoint_id)).await?;
        let publish = Publish {
            event_type: call.event_type,
            payload: call.payload,
            channels: call.channels,
            event_id: None,
            payload_until: call.payload_until,
            once: None,
            records: Vec::new(),
        };
        let shaped = target.dialect.shape(publish, self.world.clock.now(), &*self.world.dice)?;
        // Records that would change with a real message stay as they are.
        let call = TestCall {
            event_type: shaped.event_type,
            payload: shaped.payload,
            channels: shaped.channels,
            payload_until: shaped.payload_until,
        };
        self.send_test(target, call).await
    }

    /// Sends a message that has its dialect's form already. Otherwise as [`Engine::test_call`].
    pub async fn test_call_shaped(
        &self,
        app_id: AppId,
        endpoint_id: EndpointId,
        call: TestCall,
    ) -> Result<(Arc<Message>, Attempt), Refusal> {
        let target = self.catalogue.target_in(app_id, EndpointRef::Id(endpoint_id)).await?;
        self.send_test(target, call).await
    }

    async fn send_test(
        &self,
        target: Arc<Target>,
        call: TestCall,
    ) -> Result<(Arc<Message>, Attempt), Refusal> {
        let app_id = target.endpoint.app_id;
        let found = self.reader().application_by_id(app_id).await;
        let application = found.map_err(|error| Refusal::of(error, "application"))?;
        let environment_id = application.ok_or(Refusal::NotFound("application"))?.environment_id;
        let place = self.test_calls.begin(target.endpoint.id)?;
        let now = self.world.clock.now();
        let message = Arc::new(Message {
            id: MessageId::new(now, &*self.world.dice),
            environment_id,
            app_id,
            event_id: None,
            event_type: call.event_type,
            channels: call.channels.into(),
            payload: Some(call.payload),
            created_at: now,
            payload_until: call.payload_until,
        });
        let (world, watch) = (Arc::clone(&self.world), self.watch.clone());
        let statistics = self.test_calls.statistics.clone();
        let timeout_max = self.settings.attempt_timeout_max;
        // In a task of its own: a caller who does not wait must not undo the record of what was sent.
        let sent = self.test_calls.tasks.spawn(async move {
            let _place = place;
            let attempt = send(&world, &watch, &statistics, timeout_max, &message, target).await?;
            Ok((message, attempt))
        });
        sent.await.map_err(|_| Refusal::Unavailable("the test call was interrupted".to_owned()))?
    }
}

async fn send(
    world: &World,
    watch: &Watch,
    statistics: &Statistics,
    timeout_max: Duration,
    message: &Arc<Message>,
    target: Arc<Target>,
) -> Result<Attempt, Refusal> {
    let admitted = world.store.admit_trial(Arc::clone(message)).await;
    let message_seq = admitted.map_err(|error| Refusal::of(error, "application"))?;
    let settlement = make(world, timeout_max, message, message_seq, target).await;
    keep(world, &settlement).await?;
    watch.tell(world, std::slice::from_ref(&settlement)).await;
    statistics.count(world, std::slice::from_ref(&settlement)).await;
    settlement.attempt.ok_or_else(|| Refusal::Internal("a test call without an attempt".to_owned()))
}

async fn make(
    world: &World,
    timeout_max: Duration,
    message: &Arc<Message>,
    message_seq: MessageSeq,
    target: Arc<Target>,
) -> Settlement {
    let key = DeliveryKey { endpoint_id: target.endpoint.id, message_seq, trigger: Trigger::Manual };
    let launch = Launch {
        target,
        waiting: Waiting {
            delivery: Delivery { key, attempts: 0, due_at: None },
            message: Arc::clone(message),
        },
        // Nobody's: what is noted there is forgotten with it.
        health: Arc::new(LaneHealth::default()),
    };
    let made = deliver::make(world, timeout_max, &launch).await;
    let delivered = made.delivered();
    let attempt = record::attempt_row(&made, &launch, None);
    let outcome = if delivered { Outcome::Delivered } else { Outcome::GivenUp };
    Settlement { key, attempt: Some(attempt), outcome, health: None }
}

async fn keep(world: &World, settlement: &Settlement) -> Result<(), Refusal> {
    let batch = Arc::new(vec![settlement.clone()]);
    let mut tries = 1;
    while let Err(error) = world.store.settle(Arc::clone(&batch)).await {
        tracing::error!(%error, "recording a test call failed");
        if tries == RECORDINGS_MAX {
            return Err(Refusal::Internal(format!(
                "a test call was made, but could not be recorded: {error}"
            )));
        }
        tries += 1;
        tokio::time::sleep(RECORDING_WAIT).await;
    }
    Ok(())
}
