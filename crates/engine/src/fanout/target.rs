//! An endpoint as the stations see it: with its application's limit and its dialect.

use std::fmt;
use std::sync::Arc;

use klingel_model::{Endpoint, Message, RetrySchedule};

use super::facts::Facts;
use super::filter::{Filter, InvalidFilter};
use crate::deliver::{Dialect, Wishes};

/// An endpoint, ready to be delivered to.
#[derive(Clone)]
pub struct Target {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Messages per second to all endpoints of its application together.
    pub app_rate_limit_per_s: Option<u16>,
    /// Its application's way.
    pub dialect: Arc<dyn Dialect>,
    /// When its failed deliveries are tried again.
    pub schedule: RetrySchedule,
    /// What its dialect reads from its settings.
    wishes: Option<Arc<dyn Wishes>>,
    /// Its filter, read; `Err`: it cannot be read, and the endpoint gets nothing rather than everything.
    filter: Result<Option<Filter>, InvalidFilter>,
}

impl Target {
    /// Puts an endpoint together with its dialect.
    pub fn new(endpoint: Endpoint, app_rate_limit_per_s: Option<u16>, dialect: Arc<dyn Dialect>) -> Self {
        let schedule = endpoint.retry_schedule.clone().unwrap_or_else(|| dialect.retry_schedule());
        let wishes = dialect.wishes(&endpoint);
        let filter = endpoint.filter_json.as_deref().map(Filter::parse).transpose();
        if let Err(error) = &filter {
            tracing::error!(endpoint_id = %endpoint.id, %error, "the stored filter of an endpoint cannot be read; it gets no messages");
        }
        Self { endpoint, app_rate_limit_per_s, dialect, schedule, wishes, filter }
    }

    /// Whether the endpoint wants the message, whose payload `facts` reads when a filter asks for it.
    pub fn wants(&self, message: &Message, facts: &Facts<'_>) -> bool {
        let endpoint = &self.endpoint;
        !endpoint.disabled && self.would_want(message, facts)
    }

    /// The same, whether or not the endpoint is switched on.
    pub fn would_want(&self, message: &Message, facts: &Facts<'_>) -> bool {
        let endpoint = &self.endpoint;
        if let Some(wanted) = &endpoint.event_types
            && !wanted.contains(&message.event_type)
        {
            return false;
        }
        if let Some(wanted) = &endpoint.channels
            && !message.channels.iter().any(|channel| wanted.contains(channel))
        {
            return false;
        }
        let passes = match &self.filter {
            Ok(None) => true,
            Ok(Some(filter)) => facts.meet(filter),
            Err(_) => false,
        };
        passes && self.wishes.as_ref().is_none_or(|wishes| wishes.want(message))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("endpoint", &self.endpoint.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{endpoint, message, target_of};

    #[test]
    fn table_of_wishes() {
        // event types wanted, channels wanted, disabled, message type, message channels, expected
        type Case<'a> = (Option<&'a [&'a str]>, Option<&'a [&'a str]>, bool, &'a str, &'a [&'a str], bool);
        let cases: &[Case<'_>] = &[
            (None, None, false, "a.b", &[], true),
            (None, None, false, "a.b", &["x"], true),
            (None, None, true, "a.b", &[], false),
            (Some(&["a.b"]), None, false, "a.b", &[], true),
            (Some(&["a"]), None, false, "a.b", &[], false),
            (Some(&[]), None, false, "a.b", &[], false),
            (None, Some(&["x", "y"]), false, "a.b", &["y"], true),
            (None, Some(&["x"]), false, "a.b", &["y"], false),
            (None, Some(&["x"]), false, "a.b", &[], false),
            (Some(&["a.b"]), Some(&["x"]), false, "a.b", &["x", "z"], true),
            (Some(&["a.c"]), Some(&["x"]), false, "a.b", &["x"], false),
        ];
        for (types, channels, disabled, event_type, in_channels, expected) in cases {
            let mut endpoint = endpoint(1);
            endpoint.event_types =
                types.map(|t| t.iter().map(|n| klingel_model::EventTypeName::new(n).unwrap()).collect());
            endpoint.channels =
                channels.map(|c| c.iter().map(|n| klingel_model::ChannelName::new(n).unwrap()).collect());
            endpoint.disabled = *disabled;
            let message = message(1, event_type, in_channels);
            assert_eq!(
                target_of(endpoint).wants(&message, &super::Facts::of(&message)),
                *expected,
                "{types:?} {channels:?} {event_type} {in_channels:?}"
            );
        }
    }
}
