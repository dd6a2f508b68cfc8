//! People who run an environment and log in to its portal by a password.

use std::fmt;

use crate::id::EnvironmentId;
use crate::time::Micros;

/// An operator.
#[derive(Clone, PartialEq, Eq)]
pub struct Operator {
    /// The name to log in with; unique in the whole store.
    pub name: String,
    /// The environment that is opened.
    pub environment_id: EnvironmentId,
    /// The password's hash, in the PHC text form of argon2id: `$argon2id$v=19$…`.
    pub password_hash: String,
    /// When this password was set.
    pub created_at: Micros,
}

impl fmt::Debug for Operator {
    /// Without the hash: a weak password could be guessed from it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operator")
            .field("name", &self.name)
            .field("environment_id", &self.environment_id)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}
