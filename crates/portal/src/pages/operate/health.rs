//! How an endpoint does, in a badge and the reason for it.

use klingel_model::{Endpoint, EndpointState};

use crate::show::time::Moment;
use crate::words::Words;

/// What a list says of an endpoint's state.
#[derive(Debug)]
pub(super) struct Health {
    /// The badge's class.
    pub(super) class: &'static str,
    /// What stands in the badge.
    pub(super) state: String,
    /// Since when, if that is known.
    pub(super) since: Option<Moment>,
    /// Why it is switched off, in a sentence of the server; empty: by its owner, or it is not.
    pub(super) reason: String,
    /// Whether its owner switched it off.
    pub(super) by_owner: bool,
}

impl Health {
    /// Of this endpoint.
    pub(super) fn of(words: Words, endpoint: &Endpoint) -> Self {
        let health = &endpoint.health;
        let state = endpoint.state();
        let (class, key, since) = match state {
            EndpointState::Healthy => ("good", "health-healthy", None),
            EndpointState::Failing => ("bad", "health-failing", health.failing_since),
            EndpointState::Disabled => ("warn", "health-disabled", health.disabled_at),
        };
        let disabled = state == EndpointState::Disabled;
        Self {
            class,
            state: words.t(key),
            since: since.map(|at| Moment::of(words, at)),
            reason: health.disabled_reason.clone().filter(|_| disabled).unwrap_or_default(),
            by_owner: disabled && health.disabled_at.is_none(),
        }
    }
}
