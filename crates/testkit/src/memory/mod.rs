//! The reference model of [`klingel_store::Store`]: plain maps under one lock, written to be obviously right.
//!
//! A row is visible while its owner is in the map of the living: a message while its application is, a delivery while
//! its endpoint is. What has lost its owner waits in `erasing_*` until [`klingel_store::Upkeep::erase_deleted`].

mod access;
mod catalog;
mod intake;
mod overview;
mod queue;
mod reader;
mod records;
mod replay;
mod stats;
mod upkeep;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use klingel_model::{
    ApiKey, ApiKeyId, AppId, Application, Attempt, AttemptId, AuditEntry, AuditSeq, Delivery, DeliveryKey,
    Endpoint, EndpointId, Environment, EnvironmentId, EventType, EventTypeName, KeyDigest, Message,
    MessageId, MessageSeq, Micros, Operator, Pass, Replay, ReplayId, Uid,
};
use klingel_store::{Answer, Error, OnceKey, Record, Resolution, Stat, StatOwner, Verb};

/// A store in memory. Nothing of it survives the process.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failure: Option<Error>,
    environments: BTreeMap<EnvironmentId, Environment>,
    keys: BTreeMap<ApiKeyId, ApiKey>,
    applications: BTreeMap<AppId, Application>,
    event_types: BTreeMap<(EnvironmentId, EventTypeName), EventType>,
    endpoints: BTreeMap<EndpointId, Endpoint>,
    last_seq: i64,
    messages: BTreeMap<MessageSeq, Arc<Message>>,
    message_seqs: BTreeMap<(AppId, MessageId), MessageSeq>,
    event_ids: BTreeSet<(AppId, Uid)>,
    deliveries: BTreeMap<DeliveryKey, Delivery>,
    attempts: BTreeMap<(MessageId, AttemptId), Attempt>,
    once: BTreeMap<[u8; 32], Kept>,
    trials: BTreeSet<MessageSeq>,
    canceled: BTreeSet<(MessageSeq, EndpointId)>,
    replays: BTreeMap<ReplayId, Replay>,
    records: BTreeMap<(AppId, String, String), Record>,
    links: BTreeMap<KeyDigest, Pass>,
    sessions: BTreeMap<KeyDigest, Pass>,
    operators: BTreeMap<String, Operator>,
    last_audit_seq: i64,
    audit: BTreeMap<AuditSeq, AuditEntry>,
    stats: BTreeMap<(StatOwner, Resolution, Micros), Stat>,
    erasing_applications: BTreeSet<AppId>,
    erasing_endpoints: BTreeSet<EndpointId>,
    probed_at: Option<Micros>,
}

/// An idempotency key and what it stands for.
#[derive(Debug)]
struct Kept {
    request: [u8; 32],
    expires_at: Micros,
    result: KeptResult,
}

#[derive(Debug, Clone)]
enum KeptResult {
    Message(MessageId),
    Answer(Answer),
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on every verb fails so, until `None` is set.
    pub fn fail_with(&self, failure: Option<Error>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).failure = failure;
    }

    fn verb<'a, T: Send + 'a>(
        &'a self,
        run: impl FnOnce(&mut State) -> Result<T, Error> + Send + 'a,
    ) -> Verb<'a, T> {
        Box::pin(async move {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match &state.failure {
                Some(failure) => Err(failure.clone()),
                None => run(&mut state),
            }
        })
    }
}

impl State {
    /// The message with this id, if its application lives.
    fn live_message(&self, app_id: AppId, id: MessageId) -> Option<(MessageSeq, &Arc<Message>)> {
        self.applications.get(&app_id)?;
        let seq = *self.message_seqs.get(&(app_id, id))?;
        Some((seq, self.messages.get(&seq)?))
    }

    /// The endpoint with this id, if it lives in this application.
    fn live_endpoint(&self, app_id: AppId, id: EndpointId) -> Option<&Endpoint> {
        self.endpoints.get(&id).filter(|endpoint| endpoint.app_id == app_id)
    }

    /// What is kept for this key. Errors: `KeyReused`.
    fn kept(&self, key: &OnceKey) -> Result<Option<KeptResult>, Error> {
        match self.once.get(&key.key) {
            None => Ok(None),
            Some(kept) if kept.request == key.request => Ok(Some(kept.result.clone())),
            Some(_) => Err(Error::KeyReused),
        }
    }

    fn keep(&mut self, key: &OnceKey, result: KeptResult) {
        self.once.insert(key.key, Kept { request: key.request, expires_at: key.expires_at, result });
    }
}
