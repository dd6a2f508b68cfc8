//! When which lane is to be looked at again.

use std::collections::BTreeSet;
use std::time::Duration;

use klingel_model::EndpointId;

use super::lane::Lane;

/// Monotonic instants, earliest first; at most one for each lane.
#[derive(Debug, Default)]
pub(super) struct Wakes(BTreeSet<(Duration, EndpointId)>);

impl Wakes {
    /// Looks at the lane at this instant, or earlier if that is set already.
    pub(super) fn set(&mut self, lane: &mut Lane, at: Duration) {
        let id = lane.target.endpoint.id;
        if let Some(before) = lane.wake_at {
            if before <= at {
                return;
            }
            self.0.remove(&(before, id));
        }
        lane.wake_at = Some(at);
        self.0.insert((at, id));
    }

    /// The earliest instant.
    pub(super) fn first(&self) -> Option<Duration> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes out the earliest wake-up that is due at `now`.
    pub(super) fn pop_due(&mut self, now: Duration) -> Option<EndpointId> {
        self.first().filter(|at| *at <= now)?;
        self.0.pop_first().map(|(_, id)| id)
    }

    /// Takes all wake-ups out.
    pub(super) fn pop_all(&mut self) -> impl Iterator<Item = EndpointId> {
        std::mem::take(&mut self.0).into_iter().map(|(_, id)| id)
    }
}
