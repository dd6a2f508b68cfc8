//! The chores' only clock: they measure real time, which is why it is not passed in.

use std::time::{Duration, Instant};

/// Measures from its creation on. Copies share the origin, so their readings can be compared.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    origin: Instant,
}

impl Stopwatch {
    /// Starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "a chore measures the machine's real time; the product never sees it"
    )]
    pub fn start() -> Self {
        Self { origin: Instant::now() }
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Nanoseconds since the start; a `u64` holds 584 years of them.
    pub fn elapsed_ns(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// The instant `after_start`, in the form that timers take.
    pub fn instant_after(&self, after_start: Duration) -> tokio::time::Instant {
        tokio::time::Instant::from_std(self.origin + after_start)
    }
}
