//! Who looked at or changed what in the portal.

use crate::id::{AppId, EnvironmentId};
use crate::time::Micros;

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Micros,
    /// In which environment.
    pub environment_id: EnvironmentId,
    /// In which application, if in one. The line outlives it.
    pub app_id: Option<AppId>,
    /// Who: the pass's holder.
    pub holder: String,
    /// What was done, as noun and verb: `payload.reveal`.
    pub action: String,
    /// To what: an id. Never the value that was seen.
    pub subject: String,
}

/// A line's place in the log; grows with every line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuditSeq(pub i64);
