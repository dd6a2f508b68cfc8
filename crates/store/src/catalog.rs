//! Who wants what: environments, keys, applications, event types, endpoints.

use bytes::Bytes;
use klingel_model::{
    ApiKey, ApiKeyId, AppId, Application, AttemptId, Endpoint, EndpointId, Environment, EnvironmentId,
    EventType, EventTypeName, MessageId, Micros,
};

use crate::Verb;

/// An idempotency key as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnceKey {
    /// SHA-256 over environment, operation and the publisher's key.
    pub key: [u8; 32],
    /// SHA-256 over the request's body.
    pub request: [u8; 32],
    /// Forgotten from this instant.
    pub expires_at: Micros,
}

/// An answer to give again to the same request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON text.
    pub body: Bytes,
}

/// An idempotency key with the answer that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// The key.
    pub key: OnceKey,
    /// The answer.
    pub answer: Answer,
}

/// Whether a write was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// Made now.
    Fresh,
    /// The same request came before: this was its answer. Nothing was written.
    Replay(Answer),
}

/// Writes to the catalogue.
///
/// Every verb asks in this order: idempotency key, existence, expected version, uniqueness, limit.
///
/// `replace_*` give [`Changed`](crate::Error::Changed) when the row's `updated_at` is not `expected`, so that two
/// people who change the same thing at once cannot overwrite each other unseen.
pub trait Catalog: Send + Sync {
    /// The environment of this name, made if there is none.
    fn ensure_environment(&self, environment: Environment) -> Verb<'_, Environment>;

    /// Adds a key.
    fn add_key(&self, key: ApiKey) -> Verb<'_, ()>;

    /// Revokes a key; `false` if there is none of this id, or it is revoked already.
    fn revoke_key(&self, id: ApiKeyId, at: Micros) -> Verb<'_, bool>;

    /// Adds an application. Errors: [`Taken("uid")`](crate::Error::Taken).
    fn add_application(&self, application: Application, once: Option<Once>) -> Verb<'_, Written>;

    /// Replaces an application. Errors: `Taken("uid")`, `Gone`, `Changed`.
    fn replace_application(&self, application: Application, expected: Micros) -> Verb<'_, ()>;

    /// Deletes an application: it, its endpoints, messages and attempts can no longer be seen nor sent at once,
    /// and are erased by [`Upkeep::erase_deleted`](crate::Upkeep::erase_deleted). Its uid is free again.
    fn delete_application(&self, id: AppId) -> Verb<'_, ()>;

    /// Adds an event type. Errors: `Taken("name")`.
    fn add_event_type(&self, event_type: EventType, once: Option<Once>) -> Verb<'_, Written>;

    /// Replaces the event type of this id. Errors: `Taken("name")`, `Gone`, `Changed`.
    fn replace_event_type(&self, event_type: EventType, expected: Micros) -> Verb<'_, ()>;

    /// Deletes an event type for good. Errors: `Gone`.
    fn delete_event_type(&self, environment_id: EnvironmentId, name: EventTypeName) -> Verb<'_, ()>;

    /// Adds an endpoint, unless its application has `endpoints_max` already.
    /// Errors: `Taken("uid")`, `Gone` (the application), `Limit`.
    fn add_endpoint(&self, endpoint: Endpoint, endpoints_max: u64, once: Option<Once>) -> Verb<'_, Written>;

    /// Replaces an endpoint's settings, secrets and headers. Its health is left alone, but forgotten when the
    /// endpoint goes from disabled to enabled. Errors: `Taken("uid")`, `Gone`, `Changed`.
    fn replace_endpoint(&self, endpoint: Endpoint, expected: Micros, once: Option<Once>)
    -> Verb<'_, Written>;

    /// Deletes an endpoint with its secrets and headers; what is still owed to it is dropped. Attempts that were made
    /// stay with their messages, so that it can be shown to whom data went. Errors: `Gone`.
    fn delete_endpoint(&self, app_id: AppId, id: EndpointId) -> Verb<'_, ()>;

    /// Deletes a message's payload. Errors: `Gone`.
    fn expunge_payload(&self, app_id: AppId, id: MessageId) -> Verb<'_, ()>;

    /// Deletes what is kept of an attempt's answer. Errors: `Gone`.
    fn expunge_answer(&self, app_id: AppId, message_id: MessageId, id: AttemptId) -> Verb<'_, ()>;

    /// The answer that was given to this key before: `Ok(None)` if it is new.
    /// Errors: [`KeyReused`](crate::Error::KeyReused).
    fn answer_of(&self, key: OnceKey) -> Verb<'_, Option<Answer>>;

    /// Keeps an answer for a key, for operations whose writes are elsewhere (a resend).
    /// When the key is known already, the kept answer stays and is given back.
    fn keep_answer(&self, once: Once) -> Verb<'_, Written>;

    /// A number that is another one after some other process has changed anything in the store; changes made through
    /// this handle leave it as it is, or change it too. What was read before stays true while it stays the same, but
    /// for changes made through this handle.
    fn changed_elsewhere(&self) -> Verb<'_, u64>;
}
