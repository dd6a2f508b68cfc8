//! Since when an endpoint has failed.

use std::sync::atomic::{AtomicI64, Ordering};

use klingel_model::Micros;

/// Since when an endpoint has failed; shared with the attempts that are under way.
#[derive(Debug, Default)]
pub struct LaneHealth(AtomicI64);

impl LaneHealth {
    /// Health as it was recorded.
    pub fn new(failing_since: Option<Micros>) -> Self {
        Self(AtomicI64::new(failing_since.map_or(0, Micros::as_unix_us)))
    }

    /// Notes a failure at `now`: since when it has failed, and whether this is the first failure.
    pub fn failed(&self, now: Micros) -> (Micros, bool) {
        match self.0.compare_exchange(0, now.as_unix_us().max(1), Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => (now, true),
            Err(since) => (Micros::from_unix_us(since), false),
        }
    }

    /// Notes a success: whether it had failed before.
    pub fn succeeded(&self) -> bool {
        self.0.load(Ordering::Acquire) != 0 && self.0.swap(0, Ordering::AcqRel) != 0
    }

    pub(super) fn is_failing(&self) -> bool {
        self.0.load(Ordering::Acquire) != 0
    }
}
