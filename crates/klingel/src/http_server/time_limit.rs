//! A connection's time limit.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::ready;
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// A limit that each step sets anew. Entering a timer into the runtime's wheel and taking it out again locks the wheel
/// that all connections share; so the timer stays where it is while it rings early enough, and only then moves on to
/// the time that counts by then.
#[derive(Debug)]
pub(super) struct TimeLimit {
    at: Instant,
    timer: Pin<Box<Sleep>>,
}

impl TimeLimit {
    /// A limit that ends when `span` is over.
    pub(super) fn new(span: Duration) -> Self {
        let at = Instant::now() + span;
        Self { at, timer: Box::pin(tokio::time::sleep_until(at)) }
    }

    /// Lets it end when `span` is over from now.
    pub(super) fn set(&mut self, span: Duration) {
        self.at = Instant::now() + span;
        if self.at < self.timer.deadline() {
            self.timer.as_mut().reset(self.at);
        }
    }

    /// Waits for its end.
    pub(super) async fn over(&mut self) {
        poll_fn(|context| {
            loop {
                ready!(self.timer.as_mut().poll(context));
                if self.timer.deadline() >= self.at {
                    return std::task::Poll::Ready(());
                }
                self.timer.as_mut().reset(self.at);
            }
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(20);
    const LATE: Duration = Duration::from_hours(1);

    #[tokio::test(start_paused = true)]
    async fn it_ends_at_the_time_set_last() {
        let mut limit = TimeLimit::new(LATE);
        for wait in [SOON, LATE, SOON, 2 * LATE, LATE] {
            limit.set(LATE);
            limit.set(SOON);
            limit.set(wait);
            let begun = Instant::now();
            limit.over().await;
            let waited = begun.elapsed();
            assert!(waited >= wait && waited < wait + Duration::from_millis(5), "{waited:?} for {wait:?}");
        }
    }
}
