//! All lanes together: who goes next, within the bounds on requests under way and on memory.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use foldhash::HashMap;
use klingel_model::{AppId, DeliveryKey, EndpointId, MessageSeq, Micros};

use super::app_rates::AppRates;
use super::lane::{Lane, RETRY_SHARE, payload_bytes};
use super::news::fits;
use super::reading::ReadAnswer;
use super::shares::{Ready, Shares};
use super::turn::{Bounds, Launch, Turn};
use super::wakes::Wakes;
#[cfg(test)]
use crate::simulation::planted::{self, Bug};

/// The instants of a turn.
#[derive(Debug, Clone, Copy)]
struct Now {
    wall: Micros,
    monotonic: Duration,
}

/// All lanes.
#[derive(Debug)]
pub struct Lanes {
    pub(super) bounds: Bounds,
    pub(super) by_endpoint: HashMap<EndpointId, Lane>,
    app_rates: AppRates,
    ready_first: Ready,
    ready_retries: Ready,
    /// To be looked at in this turn.
    pub(super) stirred: Vec<EndpointId>,
    /// Want to read, but memory is full.
    starved: VecDeque<EndpointId>,
    wakes: Wakes,
    shares: Shares,
    pub(super) held_bytes: usize,
    firsts_in_a_row: u32,
    /// Wall clock minus monotonic clock at the last turn, in microseconds: a step in it is a jump of the wall clock.
    offset_us: Option<i128>,
}

/// Lanes waiting for memory that look again in one turn.
const STARVED_PER_TURN: usize = 64;

/// A wall clock that moves this far against the monotonic one has been set by somebody.
const CLOCK_JUMP: Duration = Duration::from_millis(500);

impl Lanes {
    /// No lanes yet.
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            by_endpoint: HashMap::default(),
            app_rates: AppRates::default(),
            ready_first: Ready::default(),
            ready_retries: Ready::default(),
            stirred: Vec::new(),
            starved: VecDeque::new(),
            wakes: Wakes::default(),
            shares: Shares::new(bounds.in_flight_max),
            held_bytes: 0,
            firsts_in_a_row: 0,
            offset_us: None,
        }
    }

    /// Requests under way.
    pub fn under_way(&self) -> usize {
        self.shares.under_way()
    }

    /// Payload bytes in memory.
    pub fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    /// Tells the simulation what memory holds, counted anew.
    #[cfg(test)]
    pub fn note_held(&self) {
        let deliveries = self.by_endpoint.values().map(Lane::held_count).sum();
        planted::note_held(deliveries, self.by_endpoint.values().map(Lane::waiting).max().unwrap_or(0));
    }

    /// Whether there is a lane for this endpoint.
    pub fn has(&self, endpoint_id: EndpointId) -> bool {
        self.by_endpoint.contains_key(&endpoint_id)
    }

    /// The endpoints of an application that have a lane.
    pub fn of_application(&self, app_id: AppId) -> Vec<EndpointId> {
        let lanes = self.by_endpoint.values().filter(|lane| lane.target.endpoint.app_id == app_id);
        lanes.map(|lane| lane.target.endpoint.id).collect()
    }

    /// A request has ended; its recording comes later.
    pub fn finished(
        &mut self,
        key: DeliveryKey,
        succeeded: bool,
        pause: Option<Duration>,
        monotonic: Duration,
    ) {
        let lane = self.by_endpoint.get_mut(&key.endpoint_id);
        self.shares.ended(lane.as_ref().map(|lane| lane.target.endpoint.app_id));
        if let Some(lane) = lane {
            lane.under_way -= 1;
            if succeeded {
                lane.breaker.succeeded();
                let max = lane.in_flight_max();
                lane.window.succeeded(max);
            } else {
                let b = &self.bounds;
                lane.window.failed();
                lane.breaker.failed(monotonic, b.breaker_failures, b.breaker_wait_min, b.breaker_wait_max);
                if !lane.breaker.is_closed() {
                    // An endpoint that is only probed must not fill the memory that others need.
                    self.held_bytes -= lane.give_back();
                }
            }
            lane.paused_until = lane.paused_until.max(pause.map(|pause| monotonic + pause));
            self.stirred.push(key.endpoint_id);
        }
    }

    /// An attempt is recorded; `retry_at`: when the delivery is due again.
    pub fn settled(&mut self, key: DeliveryKey, retry_at: Option<Micros>) {
        let Some(lane) = self.by_endpoint.get_mut(&key.endpoint_id) else { return };
        self.held_bytes -= lane.release(key);
        if lane.starved && lane.holds_nothing() {
            // However full memory is of others, an empty lane may hold one.
            self.stirred.push(key.endpoint_id);
        }
        #[cfg(test)]
        let retry_at = retry_at.filter(|_| !planted::is(Bug::LosesRetries));
        if let Some(at) = retry_at {
            lane.note_due(at);
            self.stirred.push(key.endpoint_id);
        }
    }

    /// What the store answered to a read.
    pub fn read(&mut self, endpoint_id: EndpointId, answer: ReadAnswer) {
        let Some(lane) = self.by_endpoint.get_mut(&endpoint_id) else { return };
        let answer = if lane.take_distrust() { ReadAnswer::Failed } else { answer };
        let news = match answer {
            ReadAnswer::FirstAttempts(page) => lane.take_first_attempts(page),
            ReadAnswer::Due(page) => lane.take_due(page.work, page.next_due),
            ReadAnswer::Failed => {
                lane.read_failed();
                Vec::new()
            }
        };
        if lane.enabled() {
            for waiting in news {
                let Some(lane) = self.by_endpoint.get_mut(&endpoint_id) else { return };
                if fits(&self.bounds, self.held_bytes, lane, &waiting) {
                    self.held_bytes += payload_bytes(&waiting);
                    lane.hold(waiting);
                } else if let Some(due) = waiting.delivery.due_at {
                    lane.note_due(due);
                } else {
                    lane.note_unread(MessageSeq(waiting.delivery.key.message_seq.0 - 1));
                }
            }
        } else {
            lane.look_again();
        }
        self.stirred.push(endpoint_id);
    }

    /// Forgets lanes that hold nothing.
    pub fn forget_idle(&mut self, monotonic: Duration) {
        let queued = |lane: &Lane| lane.queued || lane.starved || lane.wake_at.is_some();
        self.by_endpoint.retain(|_, lane| queued(lane) || !lane.is_idle(monotonic));
        self.app_rates.forget_full(monotonic);
        self.ready_first.forget_empty();
        self.ready_retries.forget_empty();
    }

    /// Takes a turn.
    pub fn turn(&mut self, wall: Micros, monotonic: Duration) -> Turn {
        let now = Now { wall, monotonic };
        let mut turn = Turn::default();
        self.notice_jump(now);
        while let Some(id) = self.wakes.pop_due(monotonic) {
            if let Some(lane) = self.by_endpoint.get_mut(&id) {
                lane.wake_at = None;
            }
            self.stirred.push(id);
        }
        self.feed_starved();
        let mut stirred = std::mem::take(&mut self.stirred);
        for id in stirred.drain(..) {
            self.examine(id, now, &mut turn);
        }
        self.stirred = stirred;
        #[cfg(test)]
        self.shares.set_max(match planted::planted() {
            Some(Bug::IgnoresInFlightMax) => usize::MAX,
            Some(Bug::SharesOneLane) => 1,
            _ => self.bounds.in_flight_max,
        });
        while self.shares.any_free()
            && let Some(id) = self.next_ready()
        {
            self.launch_from(id, now, &mut turn);
        }
        turn.wake_at = self.wakes.first();
        if !self.starved.is_empty() && !self.memory_is_short() {
            turn.wake_at = Some(monotonic);
        }
        turn
    }

    /// Reading begins only with a quarter of the memory free: a payload that is read must fit, or it would be read
    /// again and again. [`run::start`](crate::run::start) sees to it that a quarter holds the largest payload.
    fn memory_is_short(&self) -> bool {
        self.held_bytes > self.bounds.waiting_bytes_max - self.bounds.waiting_bytes_max / 4
    }

    /// Lets some of the lanes that wait for memory look again, if there is any. Not every one of them takes some.
    fn feed_starved(&mut self) {
        for _ in 0..STARVED_PER_TURN {
            if self.memory_is_short() {
                return;
            }
            let Some(id) = self.starved.pop_front() else { return };
            if let Some(lane) = self.by_endpoint.get_mut(&id) {
                lane.starved = false;
            }
            self.stirred.push(id);
        }
    }

    /// Due times are wall-clock times, wake-ups are monotonic: after a jump all of them are counted anew.
    fn notice_jump(&mut self, now: Now) {
        let offset =
            i128::from(now.wall.as_unix_us()) - i128::try_from(now.monotonic.as_micros()).unwrap_or(0);
        let jumped =
            self.offset_us.is_some_and(|before| (offset - before).unsigned_abs() > CLOCK_JUMP.as_micros());
        self.offset_us = Some(offset);
        if jumped {
            for id in self.wakes.pop_all() {
                if let Some(lane) = self.by_endpoint.get_mut(&id) {
                    lane.wake_at = None;
                }
                self.stirred.push(id);
            }
        }
    }

    /// First attempts go before retries, but not for ever.
    fn next_ready(&mut self) -> Option<EndpointId> {
        let retry_turn = self.firsts_in_a_row >= RETRY_SHARE;
        let retry = if retry_turn { self.ready_retries.pop(&self.shares) } else { None };
        if retry.is_none()
            && let Some(id) = self.ready_first.pop(&self.shares)
        {
            self.firsts_in_a_row = self.firsts_in_a_row.saturating_add(1);
            return Some(id);
        }
        self.firsts_in_a_row = 0;
        retry.or_else(|| self.ready_retries.pop(&self.shares))
    }

    /// Sends one delivery of a lane and puts it back in the row: lanes take turns.
    fn launch_from(&mut self, id: EndpointId, now: Now, turn: &mut Turn) {
        let Some(lane) = self.by_endpoint.get_mut(&id) else { return };
        lane.queued = false;
        if lane.enabled() && lane.gate(now.monotonic).is_ok() {
            let app_bucket = self.app_rates.bucket_of(&lane.target);
            let app_wait = app_bucket.as_ref().map_or(Duration::ZERO, |bucket| bucket.wait(now.monotonic));
            if app_wait.is_zero() {
                if let Some(waiting) = lane.take_next(now.monotonic) {
                    if let Some(bucket) = app_bucket {
                        bucket.take(now.monotonic);
                    }
                    self.shares.launched(lane.target.endpoint.app_id);
                    let (target, health) = (Arc::clone(&lane.target), Arc::clone(&lane.health));
                    turn.launches.push(Launch { target, waiting, health });
                }
            } else {
                return self.wakes.set(lane, now.monotonic + app_wait);
            }
        }
        self.examine(id, now, turn);
    }

    /// Finds out what a lane can do: send, read, or wait for an instant.
    fn examine(&mut self, id: EndpointId, now: Now, turn: &mut Turn) {
        let short = self.memory_is_short();
        let Some(lane) = self.by_endpoint.get_mut(&id) else { return };
        if !lane.enabled() {
            return;
        }
        match lane.gate(now.monotonic) {
            Err(Some(at)) => return self.wakes.set(lane, at),
            // A probe is under way: what it says decides whether more is read.
            Err(None) if !lane.breaker.is_closed() => return,
            Ok(_) if lane.waiting() > 0 && !lane.queued => {
                lane.queued = true;
                if lane.first.is_empty() { &mut self.ready_retries } else { &mut self.ready_first }
                    .push(lane.target.endpoint.app_id, id);
            }
            _ => {}
        }
        if let Some(read) = lane.wanted_read(now.wall, self.bounds.lane_waiting_max) {
            if short && !lane.holds_nothing() {
                if !std::mem::replace(&mut lane.starved, true) {
                    self.starved.push_back(id);
                }
            } else {
                lane.reading = Some(read);
                turn.reads.push(read);
            }
        }
        if let Some(due) = lane.next_due
            && now.wall < due
        {
            self.wakes.set(lane, now.monotonic + due.since(now.wall));
        }
    }
}
