//! The lanes as a state machine: what goes out, in which order, and what is read.

use std::sync::Arc;
use std::time::Duration;

use klingel_model::{DeliveryKey, EndpointId, MessageSeq, Micros, Trigger};
use klingel_store::{LaneHead, Waiting, WaitingPage};

use super::{Bounds, Lanes, Read, ReadAnswer, Turn};
use crate::fanout::Target;
use crate::tests::{endpoint, message, target_of, waiting};

const S: Duration = Duration::from_secs(1);

/// Lanes with a clock of their own.
struct World {
    lanes: Lanes,
    wall: Micros,
    monotonic: Duration,
    target: Arc<Target>,
}

fn bounds() -> Bounds {
    Bounds {
        in_flight_max: 100,
        lane_waiting_max: 8,
        waiting_bytes_max: 1_000_000,
        breaker_failures: 3,
        breaker_wait_min: S,
        breaker_wait_max: 4 * S,
    }
}

fn world(bounds: Bounds, change: impl Fn(&mut klingel_model::Endpoint)) -> World {
    let mut endpoint = endpoint(1);
    change(&mut endpoint);
    let wall = Micros::from_unix_us(1_000_000_000_000);
    World { lanes: Lanes::new(bounds), wall, monotonic: S, target: Arc::new(target_of(endpoint)) }
}

impl World {
    fn turn(&mut self) -> Turn {
        self.lanes.turn(self.wall, self.monotonic)
    }
    fn pass(&mut self, span: Duration) {
        self.wall = self.wall.plus(span);
        self.monotonic += span;
    }
    fn hand_in(&mut self, seq: i64) {
        self.lanes.hand_in(
            MessageSeq(seq),
            &Arc::new(message(seq, "a.b", &[])),
            vec![Arc::clone(&self.target)],
        );
    }
    fn end(&mut self, key: DeliveryKey, succeeded: bool) {
        self.lanes.finished(key, succeeded, None, self.monotonic);
        self.lanes.settled(key, None);
    }
    /// Sends everything that may go out now, each with success, and says in which order.
    fn sent(&mut self) -> Vec<i64> {
        let mut sent = Vec::new();
        loop {
            let turn = self.turn();
            if turn.launches.is_empty() {
                return sent;
            }
            for launch in turn.launches {
                sent.push(launch.waiting.delivery.key.message_seq.0);
                self.end(launch.waiting.delivery.key, true);
            }
        }
    }
}

fn seqs(turn: &Turn) -> Vec<i64> {
    turn.launches.iter().map(|launch| launch.waiting.delivery.key.message_seq.0).collect()
}

fn retry(seq: i64, due: Micros) -> Waiting {
    let mut waiting = waiting(1, seq, Trigger::Schedule);
    waiting.delivery.due_at = Some(due);
    waiting.delivery.attempts = 1;
    waiting
}

fn firsts(from: i64, to: i64) -> ReadAnswer {
    ReadAnswer::FirstAttempts((from..=to).map(|seq| waiting(1, seq, Trigger::Schedule)).collect())
}

const EP: EndpointId = EndpointId::from_u128(1);

#[test]
fn messages_go_out_in_their_order_within_the_endpoints_concurrency() {
    let mut w = world(bounds(), |e| e.max_in_flight = 2);
    (1..=5).for_each(|seq| w.hand_in(seq));
    let turn = w.turn();
    assert_eq!(seqs(&turn), [1, 2]);
    assert!(w.turn().launches.is_empty(), "two are under way");
    w.end(turn.launches[0].waiting.delivery.key, true);
    assert_eq!(seqs(&w.turn()), [3]);
}

#[test]
fn a_slot_is_free_when_the_request_ends_not_when_it_is_recorded() {
    let mut w = world(bounds(), |e| e.max_in_flight = 1);
    (1..=2).for_each(|seq| w.hand_in(seq));
    let key = w.turn().launches[0].waiting.delivery.key;
    w.lanes.finished(key, true, None, w.monotonic);
    assert_eq!(seqs(&w.turn()), [2]);
}

#[test]
fn first_attempts_go_before_retries() {
    let mut w = world(bounds(), |e| e.max_in_flight = 1);
    w.lanes.due(Arc::clone(&w.target), w.wall);
    assert_eq!(w.turn().reads, [Read::Due { endpoint_id: EP, limit: 8 }]);
    let page = WaitingPage { work: vec![retry(1, w.wall)], next_due: None };
    w.lanes.read(EP, ReadAnswer::Due(page));
    (2..=4).for_each(|seq| w.hand_in(seq));
    assert_eq!(w.sent(), [2, 3, 4, 1]);
}

#[test]
fn retries_are_not_starved_by_a_busy_endpoint() {
    let mut w = world(Bounds { lane_waiting_max: 1000, ..bounds() }, |e| e.max_in_flight = 1);
    w.lanes.due(Arc::clone(&w.target), w.wall);
    w.turn();
    let page = WaitingPage { work: vec![retry(1, w.wall)], next_due: None };
    w.lanes.read(EP, ReadAnswer::Due(page));
    (2..=100).for_each(|seq| w.hand_in(seq));
    let sent = w.sent();
    let place = sent.iter().position(|seq| *seq == 1).unwrap();
    assert!((1..=17).contains(&place), "{place}");
}

#[test]
fn what_does_not_fit_in_memory_is_read_when_its_turn_comes() {
    let mut w = world(bounds(), |e| e.max_in_flight = 1);
    (1..=12).for_each(|seq| w.hand_in(seq)); // 8 fit
    let turn = w.turn();
    assert_eq!(seqs(&turn), [1]);
    assert_eq!(turn.reads, [Read::FirstAttempts { endpoint_id: EP, after: MessageSeq(8), limit: 1 }]);
    w.lanes.read(EP, firsts(9, 9));
    w.end(turn.launches[0].waiting.delivery.key, true);
    let mut sent = vec![1];
    // The store answers every read truthfully until nothing is left.
    for _ in 0..40 {
        let turn = w.turn();
        for launch in &turn.launches {
            sent.push(launch.waiting.delivery.key.message_seq.0);
            w.end(launch.waiting.delivery.key, true);
        }
        for read in turn.reads {
            let Read::FirstAttempts { after, limit, .. } = read else { panic!("{read:?}") };
            let to = 12.min(after.0 + i64::try_from(limit).unwrap());
            w.lanes.read(EP, firsts(after.0 + 1, to));
        }
    }
    assert_eq!(sent, (1..=12).collect::<Vec<_>>());
}

#[test]
fn a_late_hand_off_of_something_already_read_is_not_sent_twice() {
    let mut w = world(bounds(), |_| {});
    w.lanes.learn(LaneHead { endpoint_id: EP, first_attempts: true, next_due: None }, Arc::clone(&w.target));
    assert_eq!(w.turn().reads.len(), 1);
    w.lanes.read(EP, firsts(1, 3));
    assert_eq!(w.sent(), [1, 2, 3]);
    w.hand_in(2);
    assert_eq!(w.sent(), [] as [i64; 0]);
    w.hand_in(4);
    assert_eq!(w.sent(), [4]);
}

#[test]
fn a_read_that_is_older_than_a_recording_does_not_bring_it_back() {
    let mut w = world(bounds(), |_| {});
    w.hand_in(1);
    let key = w.turn().launches[0].waiting.delivery.key;
    w.lanes.learn_known(LaneHead { endpoint_id: EP, first_attempts: true, next_due: None });
    assert_eq!(w.turn().reads.len(), 1);
    w.end(key, true);
    w.lanes.read(EP, firsts(1, 1));
    assert_eq!(w.sent(), [] as [i64; 0]);
}

#[test]
fn a_hand_off_dropped_while_reading_is_found_again() {
    let mut w = world(Bounds { lane_waiting_max: 1, ..bounds() }, |e| e.max_in_flight = 1);
    w.lanes.learn(LaneHead { endpoint_id: EP, first_attempts: true, next_due: None }, Arc::clone(&w.target));
    assert_eq!(w.turn().reads.len(), 1);
    w.hand_in(2); // fits
    w.hand_in(3); // does not
    w.lanes.read(EP, firsts(1, 1)); // nor does this one any more, at this moment
    let mut sent = Vec::new();
    for _ in 0..20 {
        let turn = w.turn();
        for launch in &turn.launches {
            sent.push(launch.waiting.delivery.key.message_seq.0);
            w.end(launch.waiting.delivery.key, true);
        }
        for read in turn.reads {
            let Read::FirstAttempts { after, limit, .. } = read else { panic!("{read:?}") };
            let left: Vec<_> = (1..=3)
                .filter(|seq| *seq > after.0 && !sent.contains(seq))
                .take(limit)
                .map(|seq| waiting(1, seq, Trigger::Schedule))
                .collect();
            w.lanes.read(EP, ReadAnswer::FirstAttempts(left));
        }
    }
    sent.sort_unstable();
    assert_eq!(sent, [1, 2, 3], "each once");
}

#[test]
fn a_retry_waits_until_it_is_due_and_a_clock_that_jumps_is_noticed() {
    let mut w = world(bounds(), |_| {});
    w.hand_in(1);
    let key = w.turn().launches[0].waiting.delivery.key;
    w.lanes.finished(key, false, None, w.monotonic);
    w.lanes.settled(key, Some(w.wall.plus(100 * S)));
    let turn = w.turn();
    assert!(turn.reads.is_empty());
    assert_eq!(turn.wake_at, Some(w.monotonic + 100 * S));
    w.pass(99 * S);
    assert!(w.turn().reads.is_empty());
    w.wall = w.wall.plus(86_400 * S); // somebody set the clock: due now
    assert_eq!(w.turn().reads.len(), 1);
}

#[test]
fn a_receiver_that_asks_for_a_pause_gets_it() {
    let mut w = world(bounds(), |_| {});
    w.hand_in(1);
    let key = w.turn().launches[0].waiting.delivery.key;
    w.lanes.finished(key, false, Some(30 * S), w.monotonic);
    w.lanes.settled(key, Some(w.wall.plus(30 * S)));
    w.hand_in(2);
    assert!(w.turn().launches.is_empty());
    w.pass(30 * S);
    assert_eq!(seqs(&w.turn()), [2]);
}

#[test]
fn a_rate_limit_spreads_requests() {
    let mut w = world(bounds(), |e| e.rate_limit_per_s = Some(2));
    (1..=5).for_each(|seq| w.hand_in(seq));
    assert_eq!(w.sent(), [1]);
    w.pass(Duration::from_millis(499));
    assert_eq!(w.sent(), [] as [i64; 0]);
    w.pass(Duration::from_millis(1));
    assert_eq!(w.sent(), [2]);
    assert_eq!(w.turn().wake_at, Some(w.monotonic + Duration::from_millis(500)));
}

#[test]
fn an_applications_rate_limit_holds_for_all_its_endpoints_together() {
    let mut w = world(bounds(), |_| {});
    let targets: Vec<_> =
        (1..=3).map(|n| Arc::new(Target::new(endpoint(n), Some(2), Arc::new(crate::tests::Mute)))).collect();
    w.lanes.hand_in(MessageSeq(1), &Arc::new(message(1, "a.b", &[])), targets);
    let mut sent = Vec::new();
    for _ in 0..3 {
        sent.push(w.sent().len());
        w.pass(Duration::from_millis(500));
    }
    assert_eq!(sent, [1, 1, 1]);
}

#[test]
fn a_failing_endpoint_is_only_probed_and_delays_no_other() {
    let mut w = world(bounds(), |_| {});
    let other = Arc::new(target_of(endpoint(2)));
    (1..=6).for_each(|seq| w.hand_in(seq));
    let turn = w.turn();
    for launch in &turn.launches {
        w.lanes.finished(launch.waiting.delivery.key, false, None, w.monotonic);
    }
    assert!(w.turn().launches.is_empty(), "the breaker is open");
    w.lanes.hand_in(MessageSeq(7), &Arc::new(message(7, "a.b", &[])), vec![other]);
    assert_eq!(seqs(&w.turn()), [7]);
    w.pass(S);
    // What waited was given back to the store, so that a failing endpoint holds no memory; the probe is read again.
    assert_eq!(w.turn().reads, [Read::FirstAttempts { endpoint_id: EP, after: MessageSeq(4), limit: 1 }]);
    w.lanes.read(EP, firsts(5, 5));
    let probe = w.turn();
    assert_eq!(seqs(&probe), [5], "one probe");
    assert_eq!(probe.reads, [Read::FirstAttempts { endpoint_id: EP, after: MessageSeq(5), limit: 1 }]);
    w.lanes.read(EP, firsts(6, 6));
    assert!(w.turn().launches.is_empty(), "the probe has not ended");
    w.end(probe.launches[0].waiting.delivery.key, true);
    assert_eq!(seqs(&w.turn()), [6]);
}

#[test]
fn a_disabled_endpoint_gets_nothing_and_goes_on_when_it_is_enabled() {
    let mut w = world(bounds(), |_| {});
    w.hand_in(1);
    w.lanes.disabled(EP);
    assert!(w.turn().launches.is_empty());
    assert_eq!(w.lanes.held_bytes(), 0);
    let mut enabled = endpoint(1);
    enabled.updated_at = w.wall;
    w.lanes.retarget(EP, Some(Arc::new(target_of(enabled))));
    let turn = w.turn();
    assert_eq!(turn.reads.len(), 1, "what waits in the store is read again");
    w.lanes.read(EP, ReadAnswer::Due(WaitingPage::default()));
    assert_eq!(
        w.turn().reads,
        [Read::FirstAttempts { endpoint_id: EP, after: MessageSeq(i64::MIN), limit: 8 }]
    );
    w.lanes.read(EP, firsts(1, 1));
    assert_eq!(seqs(&w.turn()), [1]);
}

#[test]
fn memory_is_bounded_and_every_lane_keeps_one() {
    let mut w = world(Bounds { waiting_bytes_max: 4, ..bounds() }, |e| e.max_in_flight = 1);
    (1..=6).for_each(|seq| w.hand_in(seq)); // two bytes each
    assert_eq!(w.lanes.held_bytes(), 4);
    let other = Arc::new(target_of(endpoint(2)));
    w.lanes.hand_in(MessageSeq(7), &Arc::new(message(7, "a.b", &[])), vec![other]);
    assert_eq!(seqs(&w.turn()), [1, 7]);
}

#[test]
fn requests_under_way_are_bounded_over_all_lanes_and_lanes_take_turns() {
    let mut w = world(Bounds { in_flight_max: 3, ..bounds() }, |_| {});
    let targets: Vec<_> = (1..=3).map(|n| Arc::new(target_of(endpoint(n)))).collect();
    for seq in 1..=2 {
        w.lanes.hand_in(MessageSeq(seq), &Arc::new(message(seq, "a.b", &[])), targets.clone());
    }
    let turn = w.turn();
    let endpoints: Vec<_> = turn.launches.iter().map(|l| l.target.endpoint.id.as_u128()).collect();
    assert_eq!(endpoints, [1, 2, 3]);
    assert_eq!(w.lanes.under_way(), 3);
}

#[test]
fn an_application_with_many_busy_endpoints_does_not_starve_another() {
    let mut w = world(Bounds { in_flight_max: 40, ..bounds() }, |_| {});
    let target = |n: u128, app: u128| {
        let mut endpoint = endpoint(n);
        endpoint.app_id = klingel_model::AppId::from_u128(app);
        Arc::new(target_of(endpoint))
    };
    let busy: Vec<_> = (1..=100).map(|n| target(n, 1)).collect();
    w.lanes.hand_in(MessageSeq(1), &Arc::new(message(1, "a.b", &[])), busy);
    let hanging = w.turn().launches;
    assert_eq!(hanging.len(), 32, "four fifths, of which none ends");
    for seq in 2..=4 {
        w.lanes.hand_in(MessageSeq(seq), &Arc::new(message(seq, "a.b", &[])), vec![target(200, 2)]);
    }
    assert_eq!(seqs(&w.turn()), [2, 3, 4], "the other application finds some free");
    for launch in &hanging {
        w.end(launch.waiting.delivery.key, true);
    }
    assert!(!w.turn().launches.is_empty(), "and the first one goes on when requests end");
}

#[test]
fn idle_lanes_are_forgotten() {
    let mut w = world(bounds(), |_| {});
    w.hand_in(1);
    assert_eq!(w.sent(), [1]);
    w.lanes.forget_idle(w.monotonic);
    assert!(!w.lanes.has(EP));
}
