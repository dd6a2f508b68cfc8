//! One endpoint's deliveries.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use foldhash::HashMap;
use klingel_model::{DeliveryKey, MessageSeq, Micros, Trigger};
use klingel_store::Waiting;

use super::breaker::{Breaker, Gate};
use super::bucket::Bucket;
use super::health::LaneHealth;
use super::reading::Read;
use super::window::Window;
use crate::fanout::Target;
#[cfg(test)]
use crate::simulation::planted::{self, Bug};

/// Every so many launches a retry goes before a first attempt, so that a busy lane does not starve its retries.
pub(super) const RETRY_SHARE: u32 = 16;
/// Payload bytes that one read may be expected to bring.
const READ_BYTES: usize = 1024 * 1024;
/// Rows of one read.
const READ_ROWS_MAX: usize = 256;
/// A lane with fewer waiting deliveries than this reads on.
const LOW_WATER: usize = 64;

/// Deliveries that this lane knows: waiting, under way, or sent and not yet recorded.
type Held = HashMap<(MessageSeq, Trigger), usize>;

/// A lane.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) target: Arc<Target>,
    pub(super) health: Arc<LaneHealth>,
    pub(super) first: VecDeque<Waiting>,
    pub(super) retries: VecDeque<Waiting>,
    held: Held,
    pub(super) under_way: usize,
    pub(super) window: Window,
    /// The store holds first attempts behind this message that memory does not know.
    pub(super) unread_behind: Option<MessageSeq>,
    /// First attempts behind the one and up to the other have been read: a hand-off of them comes late.
    read_span: Option<(MessageSeq, MessageSeq)>,
    /// When something in the store is due that memory does not know.
    pub(super) next_due: Option<Micros>,
    pub(super) reading: Option<Read>,
    /// The read that is under way may bring what was dropped since.
    distrusted: bool,
    /// Handed off or recorded while a read was under way, whose answer may be older.
    missed: Option<MessageSeq>,
    released: Vec<(MessageSeq, Trigger)>,
    due_meanwhile: Option<Micros>,
    pub(super) bucket: Option<Bucket>,
    /// Monotonic: a wall clock that is set back must not lengthen a pause.
    pub(super) paused_until: Option<Duration>,
    pub(super) breaker: Breaker,
    pub(super) queued: bool,
    /// Waits for memory to be free.
    pub(super) starved: bool,
    pub(super) wake_at: Option<Duration>,
    since_retry: u32,
    payload_bytes_mean: usize,
}

fn earlier<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

pub(super) fn payload_bytes(waiting: &Waiting) -> usize {
    waiting.message.payload.as_ref().map_or(0, bytes::Bytes::len)
}

impl Lane {
    pub(super) fn new(target: Arc<Target>) -> Self {
        let health = Arc::new(LaneHealth::new(target.endpoint.health.failing_since));
        let bucket = target.endpoint.rate_limit_per_s.map(Bucket::new);
        Self {
            target,
            health,
            first: VecDeque::new(),
            retries: VecDeque::new(),
            held: HashMap::default(),
            under_way: 0,
            window: Window::default(),
            unread_behind: None,
            read_span: None,
            next_due: None,
            reading: None,
            distrusted: false,
            missed: None,
            released: Vec::new(),
            due_meanwhile: None,
            bucket,
            paused_until: None,
            breaker: Breaker::default(),
            queued: false,
            starved: false,
            wake_at: None,
            since_retry: 0,
            payload_bytes_mean: 1024,
        }
    }

    /// Takes over changed settings.
    pub(super) fn retarget(&mut self, target: Arc<Target>) {
        if self.bucket.as_ref().map(Bucket::per_s) != target.endpoint.rate_limit_per_s {
            self.bucket = target.endpoint.rate_limit_per_s.map(Bucket::new);
        }
        let woken = self.target.endpoint.disabled && !target.endpoint.disabled;
        self.target = target;
        if woken {
            self.health = Arc::new(LaneHealth::default());
            self.breaker = Breaker::default();
            self.paused_until = None;
            self.look_again();
        }
    }

    /// Forgets what is known of the store, so that everything in it is found again.
    pub(super) fn look_again(&mut self) {
        self.note_unread(MessageSeq(i64::MIN));
        self.note_due(Micros::default());
    }

    pub(super) fn enabled(&self) -> bool {
        !self.target.endpoint.disabled
    }

    pub(super) fn waiting(&self) -> usize {
        self.first.len() + self.retries.len()
    }

    #[cfg(test)]
    pub(super) fn held_count(&self) -> usize {
        self.held.len()
    }

    pub(super) fn holds_nothing(&self) -> bool {
        self.held.is_empty()
    }

    /// Whether the lane can be forgotten without losing anything that the store does not know.
    pub(super) fn is_idle(&self, monotonic: Duration) -> bool {
        self.held.is_empty()
            && self.reading.is_none()
            && self.unread_behind.is_none()
            && self.next_due.is_none()
            && self.bucket.is_none()
            && self.paused_until.is_none_or(|until| until <= monotonic)
            && self.breaker.is_quiet()
            && !self.health.is_failing()
    }

    /// Whether this first attempt is known already, or comes from a time that has been read since.
    pub(super) fn knows(&self, seq: MessageSeq) -> bool {
        self.read_span.is_some_and(|(behind, up_to)| behind < seq && seq <= up_to)
            || self.held.contains_key(&(seq, Trigger::Schedule))
    }

    pub(super) fn hold(&mut self, waiting: Waiting) {
        let key = (waiting.delivery.key.message_seq, waiting.delivery.key.trigger);
        self.held.insert(key, payload_bytes(&waiting));
        if waiting.delivery.due_at.is_none() {
            self.first.push_back(waiting);
        } else {
            self.retries.push_back(waiting);
        }
    }

    /// The store has first attempts behind `seq` that memory does not hold.
    pub(super) fn note_unread(&mut self, seq: MessageSeq) {
        if self.reading.is_some() {
            self.missed = earlier(self.missed, Some(seq));
        } else {
            self.unread_behind = earlier(self.unread_behind, Some(seq));
        }
        if self.read_span.is_some_and(|(_, up_to)| seq < up_to) {
            self.read_span = None;
        }
    }

    pub(super) fn note_due(&mut self, at: Micros) {
        if self.reading.is_some() {
            self.due_meanwhile = earlier(self.due_meanwhile, Some(at));
        }
        self.next_due = earlier(self.next_due, Some(at));
    }

    /// Lets go of a recorded delivery. Gives its payload's bytes.
    pub(super) fn release(&mut self, key: DeliveryKey) -> usize {
        let key = (key.message_seq, key.trigger);
        if self.reading.is_some() {
            self.released.push(key);
        }
        self.held.remove(&key).unwrap_or(0)
    }

    /// Drops everything that waits in memory; it is found again in the store. Gives the bytes.
    pub(super) fn spill(&mut self) -> usize {
        let mut bytes = 0;
        while let Some(waiting) = self.first.pop_front().or_else(|| self.retries.pop_front()) {
            bytes += self.release(waiting.delivery.key);
        }
        bytes
    }

    /// Drops everything that waits in memory, to be read again when its turn comes. Gives the bytes.
    pub(super) fn give_back(&mut self) -> usize {
        // Hand-offs may come a little out of order: the smallest number is not always in front.
        let first = self.first.iter().map(|waiting| waiting.delivery.key.message_seq).min();
        let due = self.retries.iter().filter_map(|waiting| waiting.delivery.due_at).min();
        let bytes = self.spill();
        if let Some(MessageSeq(first)) = first {
            self.note_unread(MessageSeq(first - 1));
        }
        if let Some(due) = due {
            self.note_due(due);
        }
        bytes
    }

    /// Which read the lane wants now.
    pub(super) fn wanted_read(&self, now: Micros, waiting_max: usize) -> Option<Read> {
        let endpoint_id = self.target.endpoint.id;
        if self.reading.is_some() {
            return None;
        }
        let room = waiting_max.saturating_sub(self.waiting()).min(READ_ROWS_MAX);
        let rows = if self.breaker.is_closed() { READ_BYTES / self.payload_bytes_mean.max(1) } else { 1 };
        let rows = rows.clamp(1, room.max(1));
        if room > 0 && self.retries.is_empty() && self.next_due.is_some_and(|due| due <= now) {
            // Rows that are held stay due until they are recorded: ask for more than those.
            return Some(Read::Due { endpoint_id, limit: self.held.len() + rows });
        }
        match self.unread_behind {
            Some(after) if self.first.len() < LOW_WATER && room > 0 => {
                Some(Read::FirstAttempts { endpoint_id, after, limit: rows })
            }
            _ => None,
        }
    }

    /// Takes in what a read of first attempts gave; the deliveries that are new to the lane.
    pub(super) fn take_first_attempts(&mut self, page: Vec<Waiting>) -> Vec<Waiting> {
        let Some(Read::FirstAttempts { after, limit, .. }) = self.reading.take() else {
            return Vec::new();
        };
        let last = page.last().map(|waiting| waiting.delivery.key.message_seq);
        let full = page.len() >= limit;
        self.unread_behind = earlier(if full { last } else { None }, self.missed.take());
        if let Some(last) = last {
            let behind = match self.read_span {
                Some((behind, up_to)) if up_to == after => behind,
                _ => after,
            };
            self.read_span = Some((behind, last));
        }
        self.news(page)
    }

    /// Takes in what a read of due deliveries gave; those that are new to the lane.
    pub(super) fn take_due(&mut self, work: Vec<Waiting>, next_due: Option<Micros>) -> Vec<Waiting> {
        self.reading = None;
        self.next_due = earlier(next_due, self.due_meanwhile.take());
        self.unread_behind = earlier(self.unread_behind, self.missed.take());
        self.news(work)
    }

    /// What the read under way will give may be wrong by now.
    pub(super) fn distrust_reading(&mut self) {
        self.distrusted = self.reading.is_some();
    }

    /// Whether the read that has just ended is to be made again.
    pub(super) fn take_distrust(&mut self) -> bool {
        std::mem::take(&mut self.distrusted)
    }

    /// The read failed: the same is wanted again.
    pub(super) fn read_failed(&mut self) {
        self.reading = None;
        self.released.clear();
        self.due_meanwhile = None;
        self.unread_behind = earlier(self.unread_behind, self.missed.take());
    }

    fn news(&mut self, page: Vec<Waiting>) -> Vec<Waiting> {
        let released = std::mem::take(&mut self.released);
        self.due_meanwhile = None;
        if !page.is_empty() {
            self.payload_bytes_mean = (page.iter().map(payload_bytes).sum::<usize>() / page.len()).max(64);
        }
        #[cfg(test)]
        if planted::is(Bug::ReadsTwice) {
            return page;
        }
        let mut page = page;
        page.retain(|waiting| {
            let key = (waiting.delivery.key.message_seq, waiting.delivery.key.trigger);
            !self.held.contains_key(&key) && !released.contains(&key)
        });
        page
    }

    /// How many requests may be under way by the endpoint's setting.
    pub(super) fn in_flight_max(&self) -> usize {
        usize::from(self.target.endpoint.max_in_flight)
    }

    /// Whether requests may go out: `Ok` how many more at this moment, `Err` when to ask again.
    pub(super) fn gate(&self, monotonic: Duration) -> Result<usize, Option<Duration>> {
        let max = self.window.within(self.in_flight_max());
        #[cfg(test)]
        let max = if planted::is(Bug::IgnoresMaxInFlight) { usize::MAX } else { max };
        let free = max.saturating_sub(self.under_way);
        if let Some(until) = self.paused_until
            && monotonic < until
        {
            return Err(Some(until));
        }
        match self.breaker.gate(monotonic) {
            Gate::Wait(at) => return Err(Some(at)),
            Gate::Probing => return Err(None),
            Gate::Probe => return if self.under_way == 0 { Ok(1) } else { Err(None) },
            Gate::Open => {}
        }
        if free == 0 {
            return Err(None);
        }
        match self.bucket.as_ref().map(|bucket| bucket.wait(monotonic)) {
            #[cfg(test)]
            _ if planted::is(Bug::IgnoresRate) => Ok(free),
            Some(wait) if !wait.is_zero() => Err(Some(monotonic + wait)),
            _ => Ok(free),
        }
    }

    /// The next delivery: first attempts before retries, but not for ever.
    pub(super) fn take_next(&mut self, monotonic: Duration) -> Option<Waiting> {
        let retry_turn = self.since_retry >= RETRY_SHARE && !self.retries.is_empty();
        let next = if retry_turn { None } else { self.first.pop_front() };
        let waiting = next.or_else(|| self.retries.pop_front()).or_else(|| self.first.pop_front())?;
        self.since_retry =
            if waiting.delivery.due_at.is_some() { 0 } else { self.since_retry.saturating_add(1) };
        self.under_way += 1;
        self.breaker.launched();
        if let Some(bucket) = &mut self.bucket {
            bucket.take(monotonic);
        }
        Some(waiting)
    }
}
