//! Who looks on and notes what must not be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use klingel_model::{EndpointId, MessageId};

use super::world::{ENDPOINTS, HEALTHY, LIMITED, LIMITED_PER_S, MAX_IN_FLIGHT, SCHEDULE_S, endpoint_id};

/// A healthy endpoint gets its messages within this time, unless store, clock or process failed meanwhile.
const PROMPT: Duration = Duration::from_secs(5);
/// How much earlier than asked for tokio's clock, which counts milliseconds, may seem to wake.
const GRAIN: Duration = Duration::from_millis(2);

/// What a promise is about. A violation begins with its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Promise {
    /// Every admitted delivery ends delivered, or given up after its whole schedule.
    Kept,
    /// Once all is well, everything is settled.
    Settled,
    /// No retry goes out before it is due.
    Due,
    /// What was delivered is not sent again, unless store, clock or process failed meanwhile.
    Once,
    /// An endpoint has no more requests under way than it allows.
    MaxInFlight,
    /// All endpoints together have no more requests under way than the settings allow.
    InFlightMax,
    /// An endpoint gets no more requests a second than it allows.
    Rate,
    /// Memory holds no more than the settings allow.
    Memory,
    /// Nobody waits for an endpoint that fails or hangs.
    Prompt,
}

/// The bounds of one life.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bounds {
    pub(super) in_flight_max: usize,
    pub(super) lane_waiting_max: usize,
    pub(super) held_max: usize,
    /// Whether nobody waits for others.
    pub(super) prompt: bool,
}

/// Looks on, and notes what must not be.
#[derive(Debug, Default)]
pub(super) struct Watch(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    bounds: Bounds,
    accepted: BTreeMap<MessageId, (Duration, u64)>,
    owed: BTreeSet<(MessageId, EndpointId)>,
    /// When, as an epoch, a delivery was taken.
    delivered: BTreeMap<(MessageId, EndpointId), u64>,
    ended: BTreeMap<(MessageId, u64), (Duration, u32, u64)>,
    under_way: BTreeMap<u64, usize>,
    /// The latest request to the endpoint with a rate, in this life.
    limited_at: Option<Duration>,
    /// Goes up whenever store, clock or process fail: promises about time hold within one epoch.
    epoch: u64,
    violations: Vec<(Promise, String)>,
    log: Vec<String>,
}

impl Seen {
    fn broken(&mut self, promise: Promise, text: String) {
        self.log.push(format!("!! {promise:?}: {text}"));
        self.violations.push((promise, text));
    }

    fn judge_number(&mut self, endpoint: u64, at: Duration) {
        let under_way = self.under_way.entry(endpoint).or_default();
        *under_way += 1;
        if *under_way > MAX_IN_FLIGHT {
            let text = format!("endpoint {endpoint} has {under_way} requests under way at {at:?}");
            self.broken(Promise::MaxInFlight, text);
        }
        let all: usize = self.under_way.values().sum();
        if all > self.bounds.in_flight_max {
            let text =
                format!("{all} requests are under way at {at:?}, {} may be", self.bounds.in_flight_max);
            self.broken(Promise::InFlightMax, text);
        }
    }

    fn judge_rate(&mut self, endpoint: u64, at: Duration) {
        if endpoint != LIMITED {
            return;
        }
        let apart = Duration::from_secs(1) / u32::from(LIMITED_PER_S);
        if let Some(last) = self.limited_at.replace(at)
            && at + GRAIN < last + apart
        {
            self.broken(
                Promise::Rate,
                format!("requests at {last:?} and {at:?}, {apart:?} apart is allowed"),
            );
        }
    }

    fn judge_time(&mut self, message: MessageId, endpoint: u64, at: Duration) {
        if let Some((ended, failures, epoch)) = self.ended.get(&(message, endpoint)).copied()
            && epoch == self.epoch
        {
            let wait = Duration::from_secs(SCHEDULE_S[(failures as usize - 1).min(SCHEDULE_S.len() - 1)]);
            if at < ended + wait.mul_f64(0.79) {
                let text = format!("{message} went to {endpoint} at {at:?}, due {wait:?} after {ended:?}");
                self.broken(Promise::Due, text);
            }
        }
        if endpoint == HEALTHY
            && self.bounds.prompt
            && let Some((accepted, epoch)) = self.accepted.get(&message).copied()
            && epoch == self.epoch
            && at > accepted + PROMPT
        {
            let text = format!("{message}, accepted at {accepted:?}, reached the healthy endpoint at {at:?}");
            self.broken(Promise::Prompt, text);
        }
        if self.delivered.get(&(message, endpoint_id(endpoint))) == Some(&self.epoch) {
            self.broken(Promise::Once, format!("{message} went to {endpoint} again at {at:?}"));
        }
    }
}

impl Watch {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap()
    }

    /// A life begins with these bounds.
    pub(super) fn begun_life(&self, bounds: Bounds) {
        self.seen().bounds = bounds;
    }

    /// Something failed or was mended: promises about time begin anew.
    pub(super) fn disturbed(&self, what: &str, at: Duration) {
        let mut seen = self.seen();
        seen.epoch += 1;
        seen.log.push(format!("{at:?} {what}"));
    }

    /// The process is gone.
    pub(super) fn crashed(&self) {
        let mut seen = self.seen();
        seen.epoch += 1;
        seen.under_way.clear();
        seen.limited_at = None;
        seen.log.push("crash".to_owned());
    }

    /// A publisher was told that its message is safe.
    pub(super) fn accepted(&self, message: MessageId, at: Duration) {
        let mut seen = self.seen();
        let epoch = seen.epoch;
        seen.accepted.insert(message, (at, epoch));
        for n in 0..ENDPOINTS {
            seen.owed.insert((message, endpoint_id(n)));
        }
    }

    /// A request begins.
    pub(super) fn begun(&self, message: MessageId, endpoint: u64, at: Duration) {
        let mut seen = self.seen();
        seen.log.push(format!("{at:?} {message} -> {endpoint}"));
        seen.judge_number(endpoint, at);
        seen.judge_rate(endpoint, at);
        seen.judge_time(message, endpoint, at);
    }

    /// A request has ended.
    pub(super) fn ended(&self, message: MessageId, endpoint: u64, at: Duration, succeeded: bool) {
        let mut seen = self.seen();
        if let Some(under_way) = seen.under_way.get_mut(&endpoint) {
            *under_way = under_way.saturating_sub(1);
        }
        let epoch = seen.epoch;
        if succeeded {
            seen.delivered.insert((message, endpoint_id(endpoint)), epoch);
            seen.ended.remove(&(message, endpoint));
        } else {
            let entry = seen.ended.entry((message, endpoint)).or_insert((at, 0, epoch));
            *entry = (at, if entry.2 == epoch { entry.1 + 1 } else { 1 }, epoch);
        }
    }

    /// So many deliveries were in memory at most, and so many waited in one lane.
    pub(super) fn held(&self, deliveries: usize, waiting: usize) {
        let mut seen = self.seen();
        let bounds = seen.bounds;
        if deliveries > bounds.held_max || waiting > bounds.lane_waiting_max {
            let text =
                format!("{deliveries} deliveries were held, {waiting} waited in a lane, of {bounds:?}");
            seen.broken(Promise::Memory, text);
        }
    }

    pub(super) fn owed(&self) -> Vec<(MessageId, EndpointId)> {
        self.seen().owed.iter().copied().collect()
    }
    pub(super) fn delivered(&self, message: MessageId, endpoint: EndpointId) -> bool {
        self.seen().delivered.contains_key(&(message, endpoint))
    }
    pub(super) fn violations(&self) -> Vec<(Promise, String)> {
        self.seen().violations.clone()
    }
    pub(super) fn log(&self) -> Vec<String> {
        self.seen().log.clone()
    }
}
