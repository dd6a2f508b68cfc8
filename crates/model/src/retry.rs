//! The schedule by which a failed delivery is tried again.

use std::fmt;
use std::time::Duration;

use crate::dice::Dice;

/// Most retries a schedule may hold.
pub const RETRIES_MAX: usize = 30;
/// Longest wait between two attempts.
pub const RETRY_DELAY_MAX: Duration = Duration::from_hours(24);

/// Waits after the first, second, … failed attempt. An empty schedule means a single attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySchedule {
    delays_ms: Vec<u64>,
}

/// How far a wait is spread, so that deliveries that failed together are not retried together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jitter {
    /// Largest deviation in percent of the wait, both ways.
    pub percent: u8,
}

impl Default for Jitter {
    fn default() -> Self {
        Self { percent: 20 }
    }
}

/// A list of waits is not a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidSchedule {
    /// More than [`RETRIES_MAX`] retries.
    TooMany(usize),
    /// A wait beyond [`RETRY_DELAY_MAX`], at this place.
    TooLong(usize),
}

impl fmt::Display for InvalidSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany(n) => write!(f, "{n} retries; at most {RETRIES_MAX} are allowed"),
            Self::TooLong(i) => {
                write!(f, "wait number {} is longer than {} s", i + 1, RETRY_DELAY_MAX.as_secs())
            }
        }
    }
}

impl std::error::Error for InvalidSchedule {}

impl RetrySchedule {
    /// The example of Standard Webhooks 1.0.0: ten attempts, the last 75 h 35 min 5 s after the first.
    pub fn standard() -> Self {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        let seconds =
            [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
        Self { delays_ms: seconds.iter().map(|s| s * 1000).collect() }
    }

    /// A schedule of these waits.
    pub fn new(delays: impl IntoIterator<Item = Duration>) -> Result<Self, InvalidSchedule> {
        let mut delays_ms = Vec::new();
        for (place, delay) in delays.into_iter().enumerate() {
            if delay > RETRY_DELAY_MAX {
                return Err(InvalidSchedule::TooLong(place));
            }
            delays_ms.push(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX));
        }
        if delays_ms.len() > RETRIES_MAX {
            return Err(InvalidSchedule::TooMany(delays_ms.len()));
        }
        Ok(Self { delays_ms })
    }

    /// The waits, first retry first.
    pub fn delays(&self) -> impl ExactSizeIterator<Item = Duration> + '_ {
        self.delays_ms.iter().map(|ms| Duration::from_millis(*ms))
    }

    /// How long to wait after `failed_attempts` attempts have failed (1 or more); `None` when it is time to give up.
    pub fn wait_after(&self, failed_attempts: u32, jitter: Jitter, dice: &dyn Dice) -> Option<Duration> {
        let place = usize::try_from(failed_attempts).ok()?.checked_sub(1)?;
        let base = Duration::from_millis(*self.delays_ms.get(place)?);
        let spread = f64::from(jitter.percent.min(100)) / 100.0;
        Some(base.mul_f64(1.0 - spread + 2.0 * spread * dice.fraction()))
    }
}

impl Default for RetrySchedule {
    fn default() -> Self {
        Self::standard()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::tests::Counting;

    #[test]
    fn the_standard_schedule_ends_after_75_h_35_min_5_s() {
        let total: Duration = RetrySchedule::standard().delays().sum();
        assert_eq!(total, Duration::from_secs(75 * 3600 + 35 * 60 + 5));
        assert_eq!(RetrySchedule::standard().delays().len(), 9);
    }

    #[test]
    fn a_wait_stays_within_its_jitter_and_ends_with_the_schedule() {
        let schedule = RetrySchedule::new([Duration::from_secs(100)]).unwrap();
        let dice = Counting::default();
        for _ in 0..200 {
            let wait = schedule.wait_after(1, Jitter { percent: 20 }, &dice).unwrap();
            assert!((80.0..=120.0).contains(&wait.as_secs_f64()), "{wait:?}");
        }
        assert_eq!(schedule.wait_after(2, Jitter::default(), &dice), None);
        assert_eq!(schedule.wait_after(0, Jitter::default(), &dice), None);
        assert_eq!(schedule.wait_after(1, Jitter { percent: 0 }, &dice), Some(Duration::from_secs(100)));
    }

    #[test]
    fn refuses_long_and_many() {
        assert_eq!(RetrySchedule::new([Duration::from_secs(86_401)]), Err(InvalidSchedule::TooLong(0)));
        assert_eq!(RetrySchedule::new(vec![Duration::ZERO; 31]), Err(InvalidSchedule::TooMany(31)));
    }
}
