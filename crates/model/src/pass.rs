//! Passes to the portal: links that open it once, and the sessions they turn into.

use crate::api_key::KeyDigest;
use crate::id::{AppId, EnvironmentId};
use crate::time::Micros;

/// What a pass opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PassScope {
    /// Everything in its environment.
    Operator,
    /// One application: its endpoints, messages and attempts.
    Application(AppId),
    /// What an application releases of one person: that person's own page.
    Subject {
        /// The application.
        app_id: AppId,
        /// Who, in the application's own words (a visitor's or user's id).
        subject: String,
    },
}

impl PassScope {
    /// The application it is confined to, if it is.
    pub const fn app_id(&self) -> Option<AppId> {
        match self {
            Self::Operator => None,
            Self::Application(app_id) | Self::Subject { app_id, .. } => Some(*app_id),
        }
    }

    /// Whether what is done to everybody of this scope is done to somebody of the other one too: an application's
    /// scope includes the people whose data it keeps, an operator's nobody else.
    pub fn includes(&self, other: &Self) -> bool {
        match self {
            Self::Application(app_id) => other.app_id() == Some(*app_id),
            Self::Operator | Self::Subject { .. } => self == other,
        }
    }

    /// The person it is confined to, if it is.
    pub fn subject(&self) -> Option<&str> {
        match self {
            Self::Operator | Self::Application(_) => None,
            Self::Subject { subject, .. } => Some(subject),
        }
    }
}

/// A link or a session, as the store knows it: its text is shown once and never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// SHA-256 of its text.
    pub digest: KeyDigest,
    /// The wall it stays behind.
    pub environment_id: EnvironmentId,
    /// What it opens.
    pub scope: PassScope,
    /// Who uses it, for the audit log: an operator's name, or how the link was made.
    pub holder: String,
    /// Whether nothing may be changed with it.
    pub read_only: bool,
    /// When it was made.
    pub created_at: Micros,
    /// From this instant it opens nothing.
    pub expires_at: Micros,
}

impl Pass {
    /// Whether it still opens something.
    pub fn is_valid_at(&self, now: Micros) -> bool {
        now < self.expires_at
    }
}
