//! Statistics: attempts added up by slots of time, for pictures and tables.
//!
//! They are no record of what happened (attempts are): a crash may lose the last seconds of them, and never a delivery.

use std::time::Duration;

use klingel_model::{AppId, EndpointId, EnvironmentId, Latency, Micros};

use crate::Verb;

/// Additions of one verb.
pub const STAT_DELTAS_MAX: usize = 200;
/// Slots that one read gives.
pub const STAT_SLOTS_MAX: usize = 2500;

/// Whose attempts are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatOwner {
    /// Those of all its applications, of deleted ones too.
    Environment(EnvironmentId),
    /// Those of all its endpoints, of deleted ones too.
    Application(AppId),
    /// Its own.
    Endpoint(EndpointId),
}

/// How long a slot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// Five minutes; kept for [`FIVE_MINUTES_KEPT_FOR`].
    FiveMinutes,
    /// An hour; kept as long as messages are.
    Hour,
}

/// How long slots of five minutes are kept.
pub const FIVE_MINUTES_KEPT_FOR: Duration = Duration::from_hours(48);

impl Resolution {
    /// Both.
    pub const ALL: [Self; 2] = [Self::FiveMinutes, Self::Hour];

    /// The length of a slot.
    pub const fn span(self) -> Duration {
        match self {
            Self::FiveMinutes => Duration::from_mins(5),
            Self::Hour => Duration::from_hours(1),
        }
    }

    /// The beginning of the slot that holds this instant. Slots begin at whole multiples of their length since 1970.
    pub fn slot_of(self, at: Micros) -> Micros {
        let span_us = i64::try_from(self.span().as_micros()).expect("an hour is short");
        Micros::from_unix_us(at.as_unix_us().div_euclid(span_us) * span_us)
    }
}

/// Attempts of a span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stat {
    /// Those that were delivered.
    pub delivered: u64,
    /// Those that failed, whether or not they were tried again.
    pub failed: u64,
    /// How long those took that reached the network.
    pub latency: Latency,
}

impl Stat {
    /// Adds another one to this one.
    pub fn merge(&mut self, other: &Self) {
        self.delivered = self.delivered.saturating_add(other.delivered);
        self.failed = self.failed.saturating_add(other.failed);
        self.latency.merge(&other.latency);
    }
}

/// What is to be added: to the endpoint, its application and its environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatDelta {
    /// The application.
    pub app_id: AppId,
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// An instant within the slot.
    pub at: Micros,
    /// What is added.
    pub stat: Stat,
}

/// Attempts added up by time.
pub trait Statistics: Send + Sync {
    /// Adds these to the slots of both resolutions, of the endpoint, its application and its environment. What belongs
    /// to a deleted endpoint is added to the other two; what belongs to a deleted application to nothing.
    /// Errors: [`Limit`](crate::Error::Limit) beyond [`STAT_DELTAS_MAX`].
    fn add_stats(&self, deltas: Vec<StatDelta>) -> Verb<'_, ()>;

    /// The slots that begin at or after `from` and before `until`, oldest first, with their beginnings; slots without
    /// an attempt are left out. The latest [`STAT_SLOTS_MAX`] of them, if there are more. Empty for a deleted owner.
    fn stats(
        &self,
        owner: StatOwner,
        resolution: Resolution,
        from: Micros,
        until: Micros,
    ) -> Verb<'_, Vec<(Micros, Stat)>>;

    /// Removes slots that begin before `before`, at most `limit` a call. Gives how many.
    fn retire_stats(&self, resolution: Resolution, before: Micros, limit: usize) -> Verb<'_, u64>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_begin_at_whole_multiples() {
        let at = Micros::parse_rfc3339("2026-01-31T08:34:59.999999Z").unwrap();
        let slot = |resolution: Resolution| resolution.slot_of(at).to_rfc3339();
        assert_eq!(slot(Resolution::FiveMinutes), "2026-01-31T08:30:00.000000Z");
        assert_eq!(slot(Resolution::Hour), "2026-01-31T08:00:00.000000Z");
        assert_eq!(Resolution::Hour.slot_of(Micros::from_unix_us(-1)).as_unix_us(), -3_600_000_000);
    }
}
