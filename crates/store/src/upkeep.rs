//! What chores do.

use klingel_model::{AppId, MessageId, Micros};

use crate::Verb;

/// How much a step of upkeep removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retired {
    /// Messages removed.
    pub messages: u64,
    /// Attempts removed.
    pub attempts: u64,
    /// Deliveries removed.
    pub deliveries: u64,
    /// Records removed.
    pub records: u64,
    /// Whether more is left to do: call again.
    pub more: bool,
}

/// A step through the old messages of one application.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RetiredOf {
    /// Messages removed.
    pub messages: u64,
    /// Attempts removed.
    pub attempts: u64,
    /// Where to go on; `None`: the end was reached.
    pub resume: Option<MessageId>,
}

/// Upkeep goes in short steps, so that no other verb waits long behind one.
pub trait Upkeep: Send + Sync {
    /// Removes messages that were accepted before `before`, with their attempts. Messages that are still owed to
    /// somebody stay. At most `limit` messages a call.
    fn retire(&self, before: Micros, limit: usize) -> Verb<'_, Retired>;

    /// Removes messages of one application that were accepted before `before`, with their attempts, for dialects that
    /// keep less than everybody else. Messages that are still owed to somebody stay. Looks at no more than `limit`
    /// messages a call, from the oldest on, or behind the one where an earlier call has ended.
    fn retire_of(
        &self,
        app_id: AppId,
        before: Micros,
        after: Option<MessageId>,
        limit: usize,
    ) -> Verb<'_, RetiredOf>;

    /// Removes payloads whose own time is over (`payload_until` at or before `now`), at most `limit` a call.
    /// Gives how many.
    fn expire_payloads(&self, now: Micros, limit: usize) -> Verb<'_, u64>;

    /// Forgets idempotency keys that expired at or before `now`, at most `limit` a call. Gives how many.
    fn forget_answers(&self, now: Micros, limit: usize) -> Verb<'_, u64>;

    /// Erases what belonged to deleted applications and endpoints, at most about `limit` rows a call.
    fn erase_deleted(&self, limit: usize) -> Verb<'_, Retired>;

    /// Makes one durable write and one read, to see that the store works.
    fn probe(&self, now: Micros) -> Verb<'_, ()>;
}
