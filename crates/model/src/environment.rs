//! A hard wall: its own applications, event types and keys.

use crate::id::EnvironmentId;
use crate::time::Micros;

/// An environment, such as `production` or `staging`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its id.
    pub id: EnvironmentId,
    /// Its name, unique in the store.
    pub name: String,
    /// When it was made.
    pub created_at: Micros,
}
