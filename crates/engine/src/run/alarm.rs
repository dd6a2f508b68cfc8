//! When the dispatcher wakes by itself.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// An alarm that is set before each sleep, and only moved when it would ring too late: to move it costs more than to
/// wake once too often.
pub(super) struct Alarm(Pin<Box<Sleep>>);

impl Alarm {
    /// Rings at once.
    pub(super) fn ringing() -> Self {
        Self(Box::pin(tokio::time::sleep(Duration::ZERO)))
    }

    /// Waits until it rings.
    pub(super) async fn rung(&mut self) {
        self.0.as_mut().await;
    }

    /// Has it ring after this time at the latest.
    pub(super) fn set(&mut self, after: Duration) {
        let at = Instant::now() + after;
        if self.0.is_elapsed() || at < self.0.deadline() {
            self.0.as_mut().reset(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_rings_at_the_earliest_time_that_was_set_and_again_when_set_again() {
        let begun = Instant::now();
        let mut alarm = Alarm::ringing();
        alarm.rung().await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
        for after in [9, 5, 7] {
            alarm.set(Duration::from_secs(after));
        }
        alarm.rung().await;
        assert_eq!(begun.elapsed(), Duration::from_secs(5));
        alarm.set(Duration::from_secs(2));
        alarm.rung().await;
        assert_eq!(begun.elapsed(), Duration::from_secs(7));
    }
}
