//! Sending again what was accepted in a span of time.

use crate::id::{AppId, EndpointId, MessageId, ReplayId};
use crate::time::Micros;

/// Which messages of a span of time are sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReplayWhich {
    /// Those that were sent to the endpoint and failed for good.
    Failed,
    /// Those that the endpoint wants by its rules of today, and that were never sent to it.
    Missing,
    /// Those that were ever sent to the endpoint, and those that it wants by its rules of today.
    All,
}

impl ReplayWhich {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Failed, Self::Missing, Self::All];

    /// The word for it in the API and the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Missing => "missing",
            Self::All => "all",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|which| which.as_str() == text)
    }
}

/// What is to be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplaySpan {
    /// The application whose messages they are.
    pub app_id: AppId,
    /// To which endpoint of it.
    pub endpoint_id: EndpointId,
    /// Accepted at or after this instant.
    pub since: Micros,
    /// Accepted before this instant.
    pub until: Micros,
    /// Which of them.
    pub which: ReplayWhich,
}

/// How a replay stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReplayState {
    /// It goes on, at the pace of its endpoint.
    Running,
    /// It has asked for all of its messages.
    Done,
    /// Somebody ended it.
    Canceled,
}

impl ReplayState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Running, Self::Done, Self::Canceled];

    /// The word for it in the API and the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Canceled => "canceled",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Its id.
    pub id: ReplayId,
    /// What is to be sent again.
    pub span: ReplaySpan,
    /// How it stands.
    pub state: ReplayState,
    /// The last message that it has looked at.
    pub cursor: Option<MessageId>,
    /// Messages that it has asked for so far.
    pub asked: u64,
    /// When it was begun.
    pub created_at: Micros,
    /// When it last went on, or ended.
    pub updated_at: Micros,
}
