//! From the store's statistics to slices of time.

use std::time::Duration;

use klingel_engine::Engine;
use klingel_model::Micros;
use klingel_store::{Error, Resolution, Stat, StatOwner};

use super::{Slice, Timeline};

/// A span that pictures look back over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookback {
    /// An hour, in slices of five minutes.
    Hour,
    /// A day, in slices of an hour.
    Day,
    /// A week, in slices of an hour.
    Week,
}

/// How it went with something over a span of time.
#[derive(Debug, Clone)]
pub(crate) struct History {
    slices: Vec<Slice>,
    each: Duration,
    /// All slices together.
    pub(crate) total: Stat,
}

impl Lookback {
    /// Every span.
    pub(crate) const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    /// The word for it in addresses.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// Reads the word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lookback| lookback.as_str() == text)
    }

    const fn resolution(self) -> Resolution {
        match self {
            Self::Hour => Resolution::FiveMinutes,
            Self::Day | Self::Week => Resolution::Hour,
        }
    }

    const fn slots(self) -> u32 {
        match self {
            Self::Hour => 12,
            Self::Day => 24,
            Self::Week => 24 * 7,
        }
    }
}

impl History {
    /// Reads how it went with this owner until now; the slice that is still running is the last.
    pub(crate) async fn read(engine: &Engine, owner: StatOwner, lookback: Lookback) -> Result<Self, Error> {
        let world = engine.world();
        let resolution = lookback.resolution();
        let until = resolution.slot_of(world.clock.now()).plus(resolution.span());
        let from = until.minus(resolution.span() * lookback.slots());
        let found = world.store.stats(owner, resolution, from, until).await?;
        Ok(Self::of(&found, from, resolution.span(), lookback.slots()))
    }

    /// Slices for all slots from `from` on; those without attempts are not in `found`.
    fn of(found: &[(Micros, Stat)], from: Micros, each: Duration, slots: u32) -> Self {
        let mut total = Stat::default();
        for (_, stat) in found {
            total.merge(stat);
        }
        let slice = |number: u32| {
            let from = from.plus(each * number);
            let stat = found.binary_search_by_key(&from, |(at, _)| *at).map(|place| found[place].1);
            let stat = stat.unwrap_or_default();
            Slice {
                from,
                delivered: stat.delivered,
                failed: stat.failed,
                p50: stat.latency.percentile(50),
                p99: stat.latency.percentile(99),
            }
        };
        Self { slices: (0..slots).map(slice).collect(), each, total }
    }

    /// For the pictures.
    pub(crate) fn timeline(&self) -> Timeline<'_> {
        Timeline { slices: &self.slices, each: self.each }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_without_attempts_are_filled_in() {
        let each = Duration::from_hours(1);
        let from = Micros::from_unix_us(0);
        let mut stat = Stat { delivered: 3, failed: 1, ..Stat::default() };
        stat.latency.record(Duration::from_millis(30));
        let found = [(from.plus(each), stat), (from.plus(each * 3), stat)];
        let history = History::of(&found, from, each, 4);
        let delivered: Vec<_> = history.slices.iter().map(|slice| slice.delivered).collect();
        assert_eq!(delivered, [0, 3, 0, 3]);
        assert_eq!((history.total.delivered, history.total.failed), (6, 2));
        assert_eq!(history.slices[0].p50, None);
        assert!(history.slices[1].p50.is_some());
    }
}
