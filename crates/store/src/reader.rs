//! Everything that is shown.

use klingel_model::{
    ApiKey, AppId, Application, Attempt, AttemptId, AttemptStatus, ChannelName, DeliveryState, Endpoint,
    EndpointId, Environment, EnvironmentId, EventType, EventTypeName, KeyDigest, Message, MessageId, Micros,
    Uid,
};

use crate::Verb;
use crate::overview::Overview;
use crate::page::{Page, Scan};

/// An application by either of its names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AppRef {
    /// By id.
    Id(AppId),
    /// By the publisher's name.
    Uid(Uid),
}

/// An endpoint by either of its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointRef {
    /// By id.
    Id(EndpointId),
    /// By the publisher's name.
    Uid(Uid),
}

/// A message by either of its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageRef {
    /// By id.
    Id(MessageId),
    /// By the publisher's name.
    EventId(Uid),
}

/// Which messages are wanted; an absent condition is met by all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// One of these event types.
    pub event_types: Option<Vec<EventTypeName>>,
    /// In this channel.
    pub channel: Option<ChannelName>,
    /// Made before this instant.
    pub before: Option<Micros>,
    /// Made after this instant.
    pub after: Option<Micros>,
    /// Whether payloads are wanted; they are `None` otherwise.
    pub with_payload: bool,
}

/// Which attempts are wanted; an absent condition is met by all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptFilter {
    /// Ended so.
    pub status: Option<AttemptStatus>,
    /// Answered with a status of this hundred: 0, 100, 200 … 500.
    pub status_class: Option<u16>,
    /// Of messages of one of these event types.
    pub event_types: Option<Vec<EventTypeName>>,
    /// Of messages in this channel.
    pub channel: Option<ChannelName>,
    /// To this endpoint.
    pub endpoint_id: Option<EndpointId>,
    /// Begun before this instant.
    pub before: Option<Micros>,
    /// Begun after this instant.
    pub after: Option<Micros>,
}

/// How a message stands with one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// How it stands.
    pub state: DeliveryState,
}

/// How much work there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueDepth {
    /// Deliveries without an attempt.
    pub first_attempts: u64,
    /// Deliveries that wait for a retry or were asked for by hand.
    pub retries: u64,
    /// When the earliest of those is (or was) due.
    pub oldest_due: Option<Micros>,
}

/// Reads. Rows of other environments and applications are never given: whoever asks names the wall he is behind.
pub trait Reader: Overview {
    /// The environment of this name.
    fn environment_by_name<'a>(&'a self, name: &'a str) -> Verb<'a, Option<Environment>>;

    /// Environments by id.
    fn environments(
        &self,
        page: Page<klingel_model::EnvironmentId>,
    ) -> Verb<'_, Scan<Environment, EnvironmentId>>;

    /// The key with this digest, revoked or not.
    fn key_by_digest(&self, digest: KeyDigest) -> Verb<'_, Option<ApiKey>>;

    /// Keys of an environment, revoked ones included.
    fn keys(
        &self,
        environment_id: EnvironmentId,
        page: Page<klingel_model::ApiKeyId>,
    ) -> Verb<'_, Scan<ApiKey, klingel_model::ApiKeyId>>;

    /// An application of this environment.
    fn application(&self, environment_id: EnvironmentId, app: AppRef) -> Verb<'_, Option<Application>>;

    /// An application of whatever environment, for the sender.
    fn application_by_id(&self, id: AppId) -> Verb<'_, Option<Application>>;

    /// Applications of this environment, by id.
    fn applications(
        &self,
        environment_id: EnvironmentId,
        page: Page<AppId>,
    ) -> Verb<'_, Scan<Application, AppId>>;

    /// An event type.
    fn event_type(&self, environment_id: EnvironmentId, name: EventTypeName) -> Verb<'_, Option<EventType>>;

    /// Event types by name.
    fn event_types(
        &self,
        environment_id: EnvironmentId,
        page: Page<EventTypeName>,
        include_archived: bool,
    ) -> Verb<'_, Scan<EventType, EventTypeName>>;

    /// An endpoint of this application.
    fn endpoint(&self, app_id: AppId, endpoint: EndpointRef) -> Verb<'_, Option<Endpoint>>;

    /// An endpoint of whatever application, for the sender.
    fn endpoint_by_id(&self, id: EndpointId) -> Verb<'_, Option<Endpoint>>;

    /// Endpoints of this application, by id.
    fn endpoints(&self, app_id: AppId, page: Page<EndpointId>) -> Verb<'_, Scan<Endpoint, EndpointId>>;

    /// A message of this application, with its payload.
    fn message(&self, app_id: AppId, message: MessageRef) -> Verb<'_, Option<Message>>;

    /// Messages of this application, by id.
    fn messages(
        &self,
        app_id: AppId,
        page: Page<MessageId>,
        filter: MessageFilter,
    ) -> Verb<'_, Scan<Message, MessageId>>;

    /// Attempts of a message, by id.
    fn attempts_of_message(
        &self,
        app_id: AppId,
        message_id: MessageId,
        page: Page<AttemptId>,
        filter: AttemptFilter,
    ) -> Verb<'_, Scan<Attempt, AttemptId>>;

    /// Attempts to an endpoint, by id.
    fn attempts_of_endpoint(
        &self,
        app_id: AppId,
        endpoint_id: EndpointId,
        page: Page<AttemptId>,
        filter: AttemptFilter,
    ) -> Verb<'_, Scan<Attempt, AttemptId>>;

    /// One attempt.
    fn attempt(&self, app_id: AppId, message_id: MessageId, id: AttemptId) -> Verb<'_, Option<Attempt>>;

    /// Endpoints that a message was or is to be delivered to, by endpoint id.
    fn destinations(
        &self,
        app_id: AppId,
        message_id: MessageId,
        page: Page<EndpointId>,
    ) -> Verb<'_, Scan<Destination, EndpointId>>;

    /// How much work there is. May be a few seconds old on a busy store.
    fn depth(&self) -> Verb<'_, QueueDepth>;
}
