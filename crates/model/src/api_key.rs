//! Keys to the management API. The key itself is never stored, only its SHA-256.

use crate::id::{ApiKeyId, EnvironmentId};
use crate::time::Micros;

/// SHA-256 of a key's text, or of a pass's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyDigest(pub [u8; 32]);

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything in its environment.
    Admin,
    /// Post messages, and read.
    Publish,
    /// Read.
    Read,
}

impl Role {
    /// The word for it on the command line and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Publish => "publish",
            Self::Read => "read",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Admin, Self::Publish, Self::Read].into_iter().find(|role| role.as_str() == text)
    }

    /// Whether it may post messages.
    pub const fn may_publish(self) -> bool {
        matches!(self, Self::Admin | Self::Publish)
    }

    /// Whether it may change applications, endpoints and event types, and see secrets.
    pub const fn may_manage(self) -> bool {
        matches!(self, Self::Admin)
    }
}

/// A key as it is known to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id, for lists and for revoking.
    pub id: ApiKeyId,
    /// The environment it opens.
    pub environment_id: EnvironmentId,
    /// What it may do.
    pub role: Role,
    /// SHA-256 of its text.
    pub digest: KeyDigest,
    /// What its owner wrote about it.
    pub label: String,
    /// When it was made.
    pub created_at: Micros,
    /// Since when it opens nothing.
    pub revoked_at: Option<Micros>,
}
