//! The real time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use klingel_model::{Clock, Micros};

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock whose monotonic side begins now.
    #[expect(clippy::disallowed_methods, reason = "the one place where the real clock is made")]
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the real clock is read")]
    fn now(&self) -> Micros {
        // A clock before 1970 is broken; `klingel doctor` says so.
        Micros::from_unix_us(0).plus(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}
