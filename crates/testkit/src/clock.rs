//! A clock that stands still until a test turns it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use klingel_model::{Clock, Micros};

/// 2026-01-01T00:00:00Z, the time of day of a new [`FakeClock`].
pub const START: Micros = Micros::from_unix_us(1_767_225_600_000_000);

/// A clock whose time of day and monotonic time a test sets.
#[derive(Debug)]
pub struct FakeClock(Mutex<Hands>);

#[derive(Debug, Clone, Copy)]
struct Hands {
    wall: Micros,
    monotonic: Duration,
}

impl FakeClock {
    /// A clock that shows `wall`, and zero as its monotonic time.
    pub fn new(wall: Micros) -> Self {
        Self(Mutex::new(Hands { wall, monotonic: Duration::ZERO }))
    }

    /// Lets `span` pass, on both hands.
    pub fn advance(&self, span: Duration) {
        let mut hands = self.hands();
        hands.wall = hands.wall.plus(span);
        hands.monotonic += span;
    }

    /// Sets the time of day, as an administrator does who corrects it; the monotonic time goes on as it was.
    pub fn set_wall(&self, wall: Micros) {
        self.hands().wall = wall;
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for FakeClock {
    fn default() -> Self {
        Self::new(START)
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Micros {
        self.hands().wall
    }

    fn monotonic(&self) -> Duration {
        self.hands().monotonic
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advancing_turns_both_hands_and_setting_only_one() {
        let clock = FakeClock::default();
        clock.advance(Duration::from_secs(5));
        assert_eq!(clock.now(), START.plus(Duration::from_secs(5)));
        assert_eq!(clock.monotonic(), Duration::from_secs(5));
        clock.set_wall(START);
        assert_eq!((clock.now(), clock.monotonic()), (START, Duration::from_secs(5)));
    }
}
