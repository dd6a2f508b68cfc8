//! Station 1: take a message in.
//!
//! The answer to the publisher waits for the commit; the hand-off to the lanes comes after it and only saves time.

use std::sync::Arc;

use bytes::Bytes;
use klingel_model::{AppId, ChannelName, EnvironmentId, EventTypeName, Message, MessageId, Micros, Uid};
use klingel_store::{Admission, Admitted, AppRef, MessageRef, OnceKey, RecordChange};

use crate::Engine;
use crate::fanout::{self, AppEntry};
use crate::refusal::Refusal;

/// A message to be taken in. Its names are checked already, by their types.
#[derive(Debug, Clone)]
pub struct Publish {
    /// Its event type.
    pub event_type: EventTypeName,
    /// Its payload: kept, signed and sent byte for byte.
    pub payload: Bytes,
    /// Its channels.
    pub channels: Vec<ChannelName>,
    /// The publisher's own name for it.
    pub event_id: Option<Uid>,
    /// Until when the payload is kept; `None`: as long as the message.
    pub payload_until: Option<Micros>,
    /// The publisher's idempotency key.
    pub once: Option<OnceKey>,
    /// Records of the dialect that change with it; only the dialect's own doors and shapes fill them in.
    pub records: Vec<RecordChange>,
}

/// A message that is safe.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The message.
    pub message: Arc<Message>,
    /// Whether the same request came before, so that this one did nothing.
    pub replayed: bool,
}

impl Engine {
    /// Takes in a message that the host application posted: its application's dialect shapes it first.
    /// `Ok` means that it and its deliveries survive a power cut.
    ///
    /// Errors: `NotFound` (the application), `Taken("eventId")`, `KeyReused`, `Invalid`, `Unavailable`.
    pub async fn publish(
        &self,
        environment_id: EnvironmentId,
        app: &AppRef,
        publish: Publish,
    ) -> Result<Accepted, Refusal> {
        let entry = self.catalogue.application(environment_id, app).await?;
        let now = self.world.clock.now();
        let publish = entry.dialect.shape(publish, now, &*self.world.dice)?;
        self.take_in(environment_id, &entry, publish, now).await
    }

    /// Takes in a message that has its dialect's form already, from a dialect's own door. Errors as in
    /// [`Engine::publish`].
    pub async fn publish_shaped(
        &self,
        environment_id: EnvironmentId,
        app: &AppRef,
        publish: Publish,
    ) -> Result<Accepted, Refusal> {
        let entry = self.catalogue.application(environment_id, app).await?;
        self.take_in(environment_id, &entry, publish, self.world.clock.now()).await
    }

    async fn take_in(
        &self,
        environment_id: EnvironmentId,
        entry: &AppEntry,
        publish: Publish,
        now: Micros,
    ) -> Result<Accepted, Refusal> {
        let message = Arc::new(Message {
            id: MessageId::new(now, &*self.world.dice),
            environment_id,
            app_id: entry.application.id,
            event_id: publish.event_id,
            event_type: publish.event_type,
            channels: publish.channels.into(),
            payload: Some(publish.payload),
            created_at: now,
            payload_until: publish.payload_until,
        });
        let targets = fanout::wanted_by(&message, &entry.targets);
        let admission = Admission {
            message: Arc::clone(&message),
            endpoints: targets.iter().map(|target| target.endpoint.id).collect(),
            once: publish.once,
            records: publish.records,
        };
        match self.world.store.admit(admission).await {
            Ok(Admitted::New(seq)) => {
                self.meters.accepted(targets.len());
                self.nudge.hand_off(seq, &message, targets);
                Ok(Accepted { message, replayed: false })
            }
            Ok(Admitted::Replay(id)) => self.replayed(entry.application.id, id).await,
            Err(error) => {
                if matches!(error, klingel_store::Error::Gone) {
                    self.catalogue.forget(entry.application.id);
                }
                Err(Refusal::of(error, "application"))
            }
        }
    }

    async fn replayed(&self, app_id: AppId, id: MessageId) -> Result<Accepted, Refusal> {
        let found = self.reader().message(app_id, MessageRef::Id(id)).await;
        match found.map_err(|error| Refusal::of(error, "message"))? {
            Some(message) => Ok(Accepted { message: Arc::new(message), replayed: true }),
            None => Err(Refusal::Conflict(
                "the message of this idempotency key has been deleted since; use a new key".to_owned(),
            )),
        }
    }
}
