//! What goes into the lanes and what comes out of a turn.

use std::sync::Arc;
use std::time::Duration;

use klingel_store::Waiting;

use super::health::LaneHealth;
use super::reading::Read;
use crate::fanout::Target;

/// What the lanes may use.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Requests under way, all lanes together.
    pub in_flight_max: usize,
    /// Deliveries of one lane that wait in memory.
    pub lane_waiting_max: usize,
    /// Payload bytes of all deliveries in memory, those under way included.
    pub waiting_bytes_max: usize,
    /// Failures in a row after which a lane is only probed.
    pub breaker_failures: u32,
    /// First wait between probes.
    pub breaker_wait_min: Duration,
    /// Longest wait between probes.
    pub breaker_wait_max: Duration,
}

/// A delivery to be sent now.
#[derive(Debug)]
pub struct Launch {
    /// To whom.
    pub target: Arc<Target>,
    /// What.
    pub waiting: Waiting,
    /// How that endpoint has done.
    pub health: Arc<LaneHealth>,
}

/// What to do now.
#[derive(Debug, Default)]
pub struct Turn {
    /// Send these.
    pub launches: Vec<Launch>,
    /// Read these.
    pub reads: Vec<Read>,
    /// Take the next turn at this monotonic instant, if nothing happens before.
    pub wake_at: Option<Duration>,
}
