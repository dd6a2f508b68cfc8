//! Lists that go across applications, and what waits for an endpoint: what an operator looks at.
//!
//! Every page costs about the same however much is stored. Where a filter lets little through, a page may be short or
//! empty and yet go on ([`Scan::resume`]).

use klingel_model::{
    AppId, Application, Attempt, AttemptId, AttemptStatus, Delivery, Endpoint, EndpointId, EndpointState,
    EnvironmentId, EventTypeName, Message, MessageId, MessageSeq, Micros, Trigger,
};

use crate::Verb;
use crate::page::{Page, Scan};
use crate::reader::{AttemptFilter, MessageFilter};

/// Which endpoints are wanted; an absent condition is met by all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointFilter {
    /// Of this application.
    pub app_id: Option<AppId>,
    /// Doing so.
    pub state: Option<EndpointState>,
    /// With this text in URL, description or uid, whatever the case of its letters.
    pub text: Option<String>,
}

/// What an [`EndpointFilter`] looks at.
#[derive(Debug, Clone, Copy)]
pub struct EndpointMarks<'a> {
    /// Whose it is.
    pub app_id: AppId,
    /// How it does.
    pub state: EndpointState,
    /// Where messages go.
    pub url: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// The publisher's own name for it.
    pub uid: Option<&'a str>,
}

impl EndpointFilter {
    /// Whether an endpoint with these marks is wanted.
    pub fn passes(&self, marks: &EndpointMarks<'_>) -> bool {
        self.app_id.is_none_or(|wanted| marks.app_id == wanted)
            && self.state.is_none_or(|wanted| marks.state == wanted)
            && self.text.as_ref().is_none_or(|text| {
                let text = text.to_lowercase();
                let holds = |field: &str| field.to_lowercase().contains(&text);
                holds(marks.url) || holds(marks.description) || marks.uid.is_some_and(holds)
            })
    }
}

/// The place of an attempt in a list across messages.
pub type AttemptPlace = (MessageId, AttemptId);

impl AttemptFilter {
    /// Whether a list across applications goes by attempt. It does where only failed attempts or those of one
    /// endpoint are wanted, so that the latest failure comes first; otherwise it goes by message, then by attempt.
    pub fn goes_by_attempt(&self) -> bool {
        self.endpoint_id.is_some() || self.status == Some(AttemptStatus::Fail)
    }
}

/// How much waits for an endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Deliveries that wait, counted up to a bound.
    pub waiting: u64,
    /// Whether there are more than were counted.
    pub more: bool,
    /// When the earliest of them is or was due. A first attempt is due since its message was accepted.
    pub oldest_due: Option<Micros>,
}

/// How much waits for all endpoints of an environment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EnvironmentBacklog {
    /// Deliveries without an attempt.
    pub first_attempts: u64,
    /// Deliveries that wait for a retry or were asked for by hand.
    pub retries: u64,
    /// Whether there may be more than were counted.
    pub more: bool,
    /// When the earliest of them is or was due, as in [`Backlog`].
    pub oldest_due: Option<Micros>,
}

/// A delivery that waits for an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The delivery: why, attempts so far, when it is due.
    pub delivery: Delivery,
    /// Its message.
    pub message_id: MessageId,
    /// The message's event type.
    pub event_type: EventTypeName,
    /// When the message was accepted.
    pub accepted_at: Micros,
}

/// The place of a delivery among those of its endpoint.
pub type OwedPlace = (MessageSeq, Trigger);

/// Reads across applications, behind the wall of one environment.
pub trait Overview: Send + Sync {
    /// Endpoints of all applications with their application, by id.
    fn endpoints_of_environment(
        &self,
        environment_id: EnvironmentId,
        page: Page<EndpointId>,
        filter: EndpointFilter,
    ) -> Verb<'_, Scan<(Application, Endpoint), EndpointId>>;

    /// Messages of all applications in the order in which they were accepted, each with its number.
    ///
    /// The filter's times are looked up by number: a message whose time lies more than a minute off those of its
    /// neighbours, because the clock was set, may be left out by them.
    fn messages_of_environment(
        &self,
        environment_id: EnvironmentId,
        page: Page<MessageSeq>,
        filter: MessageFilter,
    ) -> Verb<'_, Scan<(MessageSeq, Message), MessageSeq>>;

    /// A message of whichever application, with its payload. Costs one search an application.
    fn message_of_environment(
        &self,
        environment_id: EnvironmentId,
        id: MessageId,
    ) -> Verb<'_, Option<Message>>;

    /// Attempts of all applications or of one, in the order that [`AttemptFilter::goes_by_attempt`] says. Those to
    /// endpoints that are deleted are left out; they are listed with their messages.
    fn attempts_of_environment(
        &self,
        environment_id: EnvironmentId,
        app_id: Option<AppId>,
        page: Page<AttemptPlace>,
        filter: AttemptFilter,
    ) -> Verb<'_, Scan<Attempt, AttemptPlace>>;

    /// How much waits for an endpoint, counted up to `count_max`. Nothing waits for one that is deleted.
    fn waiting_of(&self, endpoint_id: EndpointId, count_max: u64) -> Verb<'_, Backlog>;

    /// How much waits in an environment, counted up to `count_max` all together. Nothing waits for endpoints that are
    /// deleted.
    fn waiting_in(&self, environment_id: EnvironmentId, count_max: u64) -> Verb<'_, EnvironmentBacklog>;

    /// What waits for an endpoint, by message and why.
    fn waiting(&self, endpoint_id: EndpointId, page: Page<OwedPlace>) -> Verb<'_, Scan<Owed, OwedPlace>>;
}
