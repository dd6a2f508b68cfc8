//! Time: instants in microseconds UTC, and the clock they come from.

use std::fmt;
use std::time::Duration;

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Micros(i64);

impl Micros {
    /// The instant `us` microseconds after the epoch.
    pub const fn from_unix_us(us: i64) -> Self {
        Self(us)
    }

    /// Microseconds since the epoch; instants before it count as the epoch.
    pub const fn since_epoch_us(self) -> u64 {
        if self.0 < 0 { 0 } else { self.0.unsigned_abs() }
    }

    /// Microseconds since the epoch, negative before it.
    pub const fn as_unix_us(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    pub const fn as_unix_s(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The instant `span` later; the far end of time rather than an overflow.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// The instant `span` earlier.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// RFC 3339 in UTC with microseconds: `2026-01-31T08:30:00.000000Z`.
    pub fn to_rfc3339(self) -> String {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(timestamp) => format!("{timestamp:.6}"),
            // Beyond the year 9999, which only a broken clock gives: show the number rather than fail.
            Err(_) => format!("{}us", self.0),
        }
    }

    /// Reads RFC 3339 with any offset. Digits below a microsecond are cut.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_microsecond()))
    }
}

impl fmt::Debug for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

/// Where the time comes from. Everything that needs the time takes one as an argument, so that tests can turn it.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The time of the day. May jump when somebody sets the clock.
    fn now(&self) -> Micros;

    /// Time since an arbitrary start; never jumps and never goes back. For durations, rates and time-outs.
    fn monotonic(&self) -> Duration;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_there_and_back() {
        let t = Micros::from_unix_us(1_700_000_000_123_456);
        assert_eq!(t.to_rfc3339(), "2023-11-14T22:13:20.123456Z");
        assert_eq!(Micros::parse_rfc3339("2023-11-14T23:13:20.123456+01:00"), Some(t));
        assert_eq!(Micros::parse_rfc3339("yesterday"), None);
    }

    #[test]
    fn spans_do_not_overflow() {
        assert_eq!(Micros::from_unix_us(i64::MAX).plus(Duration::from_secs(1)).as_unix_us(), i64::MAX);
        assert_eq!(Micros::from_unix_us(1).since(Micros::from_unix_us(5)), Duration::ZERO);
    }
}
