//! Sending again what was accepted in a span of time, as a job that survives a restart; and dropping what waits.
//!
//! A replay walks over the messages of its application in steps. Each step is one transaction: it asks for some messages
//! by hand and notes how far it has come, so that no message is asked for twice by one replay, and none is left out.

use std::sync::Arc;

use klingel_model::{
    AppId, EndpointId, Message, MessageId, MessageSeq, Micros, Replay, ReplayId, ReplaySpan,
};

use crate::Verb;
use crate::page::{Page, Scan};

/// Messages that one step of a replay asks for, at most.
pub const REPLAY_STEP_MAX: usize = 500;
/// Payload bytes that one page of candidates brings, at most, beyond its last message.
pub const REPLAY_PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A message that a replay may send again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The message, with its payload.
    pub message: Message,
    /// Whether it was sent to the endpoint before, with success or without.
    pub sent: bool,
}

/// A step of a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayStep {
    /// Of which replay.
    pub id: ReplayId,
    /// How far it had come: the step is refused when it is somewhere else by now.
    pub expected: Option<MessageId>,
    /// Messages to be sent again. At most [`REPLAY_STEP_MAX`].
    pub ask: Vec<MessageId>,
    /// How far it has come then; `None`: to its end.
    pub cursor: Option<MessageId>,
    /// When the messages are due.
    pub due_at: Micros,
}

/// What a step of dropping did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Canceled {
    /// Deliveries that wait no more.
    pub deliveries: u64,
    /// Whether more are left: call again.
    pub more: bool,
}

/// Verbs for replays and for dropping what waits.
pub trait Replays: Send + Sync {
    /// Writes a message for nobody that is not one of the application's own: it was sent to try an endpoint out, and no
    /// replay sends it again. Errors: [`Gone`](crate::Error::Gone) when the application has been deleted.
    fn admit_trial(&self, message: Arc<Message>) -> Verb<'_, MessageSeq>;

    /// Messages of this span that [`ReplaySpan::which`] may mean, by id, behind the page's cursor: with a payload, not
    /// tried out, and not waiting for the endpoint. `Failed`: the last attempt to the endpoint failed. `Missing`: no
    /// attempt was made, and the endpoint may or may not want it. Neither of them: what was canceled. `All`: any.
    fn replay_candidates(
        &self,
        span: ReplaySpan,
        page: Page<MessageId>,
    ) -> Verb<'_, Scan<Candidate, MessageId>>;

    /// How many deliveries that were asked for by hand wait for an endpoint, counted up to `count_max`.
    fn asked_waiting(&self, endpoint_id: EndpointId, count_max: u64) -> Verb<'_, u64>;

    /// Begins a replay. Errors: [`Gone`](crate::Error::Gone) when there is no such endpoint in the application,
    /// [`Limit("replays_running_max", 1)`](crate::Error::Limit) when one to this endpoint is running.
    fn add_replay(&self, replay: Replay) -> Verb<'_, ()>;

    /// Takes a step. Gives the replay as it is then.
    ///
    /// Messages and endpoints that are gone are left out. Errors: [`Gone`](crate::Error::Gone) without the replay,
    /// [`Changed`](crate::Error::Changed) when it is not running or not where it was expected.
    fn step_replay(&self, step: ReplayStep) -> Verb<'_, Replay>;

    /// Ends a running replay; one that has ended stays as it is. Gives it. What it has asked for goes out. Errors:
    /// [`Gone`](crate::Error::Gone).
    fn cancel_replay(&self, app_id: AppId, id: ReplayId, at: Micros) -> Verb<'_, Replay>;

    /// A replay of this application.
    fn replay(&self, app_id: AppId, id: ReplayId) -> Verb<'_, Option<Replay>>;

    /// Replays of this application, or of one of its endpoints, by id.
    fn replays(
        &self,
        app_id: AppId,
        endpoint_id: Option<EndpointId>,
        page: Page<ReplayId>,
    ) -> Verb<'_, Scan<Replay, ReplayId>>;

    /// Replays that are running, of all applications, one an endpoint, by endpoint id, behind `after`.
    fn running_replays(&self, after: Option<EndpointId>, limit: usize) -> Verb<'_, Vec<Replay>>;

    /// Forgets replays that ended before `before`, at most `limit`. Gives how many.
    fn retire_replays(&self, before: Micros, limit: usize) -> Verb<'_, u64>;

    /// Drops what waits of this message for this endpoint, retries included, and marks it as canceled. What is under
    /// way goes on, and is recorded. Gives how many deliveries waited. Errors: [`Gone`](crate::Error::Gone) when message
    /// or endpoint do not exist in the application.
    fn cancel_delivery(&self, app_id: AppId, message_id: MessageId, endpoint_id: EndpointId)
    -> Verb<'_, u64>;

    /// Does the same with all that waits for an endpoint, at most `limit` deliveries a call.
    fn cancel_waiting(&self, app_id: AppId, endpoint_id: EndpointId, limit: usize) -> Verb<'_, Canceled>;
}
