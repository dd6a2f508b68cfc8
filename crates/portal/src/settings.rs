//! What an operator sets of the portal.

use std::time::Duration;

/// Settings of the portal. The binary fills them from the configuration.
#[derive(Debug, Clone)]
pub struct PortalSettings {
    /// How browsers reach this server: scheme, host and port, without a slash at the end.
    pub public_url: String,
    /// Origins whose pages may show the portal in a frame, such as `https://app.example`; empty: none.
    pub frame_origins: Vec<String>,
    /// How long a session lasts.
    pub session_for: Duration,
}

impl Default for PortalSettings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".to_owned(),
            frame_origins: Vec::new(),
            session_for: Duration::from_hours(12),
        }
    }
}

impl PortalSettings {
    /// Whether browsers come over TLS, so that cookies must be `Secure`.
    pub(crate) fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
