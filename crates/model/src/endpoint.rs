//! A URL that wants messages.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::id::{AppId, EndpointId};
use crate::name::{ChannelName, EventTypeName, Uid};
use crate::retry::RetrySchedule;
use crate::secret::SigningSecret;
use crate::time::Micros;

/// Requests of one endpoint that may be under way at once, unless it says otherwise.
pub const MAX_IN_FLIGHT_DEFAULT: u16 = 64;

/// An endpoint with everything that is needed to send to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// The application it belongs to.
    pub app_id: AppId,
    /// The publisher's own name for it, unique in the application.
    pub uid: Option<Uid>,
    /// Where messages go: `http` or `https`.
    pub url: Arc<str>,
    /// What it is for, for people.
    pub description: String,
    /// Switched off, by its owner or by Klingel; see [`EndpointHealth::disabled_reason`].
    pub disabled: bool,
    /// Event types it wants; `None`: all.
    pub event_types: Option<Vec<EventTypeName>>,
    /// Channels it listens to; `None`: all.
    pub channels: Option<Vec<ChannelName>>,
    /// Which messages it wants, as a filter document in JSON text; `None`: all.
    pub filter_json: Option<String>,
    /// Requests per second; `None`: no limit.
    pub rate_limit_per_s: Option<u16>,
    /// Requests under way at once.
    pub max_in_flight: u16,
    /// When failed deliveries are tried again; `None`: as the dialect says.
    pub retry_schedule: Option<RetrySchedule>,
    /// Its own headers, name in lower case to value. Stored sealed.
    pub headers: BTreeMap<String, String>,
    /// Its secrets, newest first. Stored sealed.
    pub secrets: Vec<SigningSecret>,
    /// What its dialect keeps of it, as JSON text: opaque to everybody else.
    pub dialect_settings_json: Option<String>,
    /// The publisher's own marks.
    pub metadata: BTreeMap<String, String>,
    /// How its deliveries have gone.
    pub health: EndpointHealth,
    /// When it was made.
    pub created_at: Micros,
    /// When it was last changed.
    pub updated_at: Micros,
}

/// How an endpoint's deliveries have gone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndpointHealth {
    /// Since when every attempt has failed; `None` when the last one succeeded.
    pub failing_since: Option<Micros>,
    /// When Klingel itself switched it off.
    pub disabled_at: Option<Micros>,
    /// Why Klingel itself switched it off: a sentence for its owner.
    pub disabled_reason: Option<String>,
}

/// How an endpoint does, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndpointState {
    /// Its last attempt succeeded, or it has had none.
    Healthy,
    /// Every attempt since some time has failed.
    Failing,
    /// Switched off, by its owner or by Klingel.
    Disabled,
}

impl EndpointState {
    /// Of an endpoint that is switched off or not, and has failed since then or not.
    pub const fn of(disabled: bool, failing_since: Option<Micros>) -> Self {
        match (disabled, failing_since) {
            (true, _) => Self::Disabled,
            (false, Some(_)) => Self::Failing,
            (false, None) => Self::Healthy,
        }
    }
}

impl Endpoint {
    /// How it does.
    pub const fn state(&self) -> EndpointState {
        EndpointState::of(self.disabled, self.health.failing_since)
    }
}
