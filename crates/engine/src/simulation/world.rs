//! What outlives a crash: store, clock, receivers, and who watches them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use klingel_model::{
    AppId, Application, Clock, Dice, EndpointId, EnvironmentId, ErrorClass, MessageId, Micros, RetrySchedule,
};
use klingel_store::page::{Order, Page};
use klingel_store::{AttemptFilter, Catalog as _, Reader as _};
use klingel_testkit::MemoryStore;

use super::watch::Watch;
use crate::deliver::{Failure, Headers, OutboundRequest, Response, Sent, Transport};

pub(super) const ENV: EnvironmentId = EnvironmentId::from_u128(1);
pub(super) const APP: AppId = AppId::from_u128(2);
pub(super) const ENDPOINTS: u64 = 4;
/// This endpoint always answers at once.
pub(super) const HEALTHY: u64 = 0;
pub(super) const MAX_IN_FLIGHT: usize = 2;
/// This endpoint takes so many requests a second at most.
pub(super) const LIMITED: u64 = 3;
pub(super) const LIMITED_PER_S: u16 = 2;
/// Waits of every endpoint's schedule, in seconds. Long enough that no phase of failures uses it up.
pub(super) const SCHEDULE_S: [u64; 12] = [1, 2, 5, 10, 20, 40, 60, 120, 240, 240, 240, 240];
const START: i64 = 1_700_000_000_000_000;

/// Numbers from a seed (splitmix64).
#[derive(Debug)]
pub(super) struct Fate(AtomicU64);

impl Fate {
    pub(super) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }
    fn next(&self) -> u64 {
        let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
    pub(super) fn below(&self, bound: u64) -> u64 {
        self.next() % bound
    }
    pub(super) fn one_in(&self, n: u64) -> bool {
        self.below(n) == 0
    }
}

impl Dice for Fate {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_be_bytes()[..chunk.len()]);
        }
    }
}

/// Time that goes on over crashes: what past lives took, and what tokio says of this one.
#[derive(Debug, Default)]
pub(super) struct SimClock {
    past_us: AtomicU64,
    jump_us: AtomicI64,
    begun: Mutex<Option<tokio::time::Instant>>,
}

impl SimClock {
    pub(super) fn begin(&self) {
        *self.begun.lock().unwrap() = Some(tokio::time::Instant::now());
    }
    pub(super) fn end(&self, downtime: Duration) {
        let now = self.monotonic() + downtime;
        *self.begun.lock().unwrap() = None;
        self.past_us.store(u64::try_from(now.as_micros()).unwrap(), Ordering::Relaxed);
    }
    pub(super) fn jump(&self, by_us: i64) {
        self.jump_us.fetch_add(by_us, Ordering::Relaxed);
    }
}

impl Clock for SimClock {
    fn now(&self) -> Micros {
        let jump = self.jump_us.load(Ordering::Relaxed);
        Micros::from_unix_us(START + jump).plus(self.monotonic())
    }
    fn monotonic(&self) -> Duration {
        let life = self.begun.lock().unwrap().map_or(Duration::ZERO, |begun| begun.elapsed());
        Duration::from_micros(self.past_us.load(Ordering::Relaxed)) + life
    }
}

/// How a receiver behaves for now.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mood {
    Fine,
    Failing,
    Hanging,
    Refusing,
    Slow,
    Overloaded,
}

/// Everything that outlives a crash.
#[derive(Debug)]
pub(super) struct SimWorld {
    pub(super) fate: Fate,
    pub(super) store: Arc<MemoryStore>,
    pub(super) clock: Arc<SimClock>,
    pub(super) watch: Arc<Watch>,
    pub(super) receivers: Arc<Receivers>,
}

#[derive(Debug)]
pub(super) struct Receivers {
    moods: Mutex<Vec<Mood>>,
    clock: Arc<SimClock>,
    watch: Arc<Watch>,
}

impl Receivers {
    pub(super) fn change(&self, endpoint: u64, mood: Mood) {
        self.moods.lock().unwrap()[usize::try_from(endpoint).unwrap()] = mood;
    }
    pub(super) fn heal(&self) {
        self.moods.lock().unwrap().fill(Mood::Fine);
    }
}

impl Transport for Receivers {
    fn send(&self, request: OutboundRequest) -> Sent<'_> {
        Box::pin(async move {
            let endpoint: u64 = request.url.rsplit('/').next().unwrap().parse().unwrap();
            let message: MessageId = request.headers.text("message").unwrap().parse().unwrap();
            let mood = self.moods.lock().unwrap()[usize::try_from(endpoint).unwrap()];
            self.watch.begun(message, endpoint, self.clock.monotonic());
            let outcome = answer(mood).await;
            let succeeded = outcome.as_ref().is_ok_and(|response| response.status == 200);
            self.watch.ended(message, endpoint, self.clock.monotonic(), succeeded);
            outcome
        })
    }
}

async fn answer(mood: Mood) -> Result<Response, Failure> {
    let fail = |class, sentence: &str| {
        Err(Failure { class, sentence: sentence.to_owned(), status: 0, body: Bytes::new() })
    };
    let wait = |ms| tokio::time::sleep(Duration::from_millis(ms));
    let status = match mood {
        Mood::Fine => {
            wait(3).await;
            200
        }
        Mood::Slow => {
            wait(9000).await;
            200
        }
        Mood::Failing => 500,
        Mood::Overloaded => 429,
        Mood::Hanging => {
            wait(15_000).await;
            return fail(ErrorClass::Timeout, "No answer.");
        }
        Mood::Refusing => return fail(ErrorClass::Connect, "No connection."),
    };
    Ok(Response { status, headers: Headers::new(), body: Bytes::new() })
}

/// Attempts of one delivery at most.
pub(super) const ATTEMPTS_MAX: usize = SCHEDULE_S.len() + 1;

pub(super) fn endpoint_id(n: u64) -> EndpointId {
    EndpointId::from_u128(u128::from(n) + 100)
}

pub(super) fn schedule() -> RetrySchedule {
    RetrySchedule::new(SCHEDULE_S.map(Duration::from_secs)).unwrap()
}

/// Runs what never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

impl SimWorld {
    pub(super) fn new(seed: u64) -> Self {
        let (clock, watch) = (Arc::new(SimClock::default()), Arc::new(Watch::default()));
        let moods = Mutex::new(vec![Mood::Fine; usize::try_from(ENDPOINTS).unwrap()]);
        let receivers = Receivers { moods, clock: Arc::clone(&clock), watch: Arc::clone(&watch) };
        let store = Arc::new(MemoryStore::new());
        let at = Micros::from_unix_us(START);
        let application = Application {
            id: APP,
            environment_id: ENV,
            uid: None,
            name: "sim".to_owned(),
            dialect: "sim".to_owned(),
            rate_limit_per_s: None,
            metadata: BTreeMap::new(),
            created_at: at,
            updated_at: at,
        };
        now(store.add_application(application, None)).unwrap();
        for n in 0..ENDPOINTS {
            let mut endpoint = crate::tests::endpoint(0);
            endpoint.id = endpoint_id(n);
            endpoint.app_id = APP;
            endpoint.url = format!("http://receiver.example/{n}").into();
            endpoint.max_in_flight = u16::try_from(MAX_IN_FLIGHT).unwrap();
            endpoint.rate_limit_per_s = (n == LIMITED).then_some(LIMITED_PER_S);
            endpoint.retry_schedule = Some(schedule());
            now(store.add_endpoint(endpoint, 100, None)).unwrap();
        }
        Self { fate: Fate::new(seed), store, clock, watch, receivers: Arc::new(receivers) }
    }

    pub(super) fn depth(&self) -> u64 {
        let depth = now(self.store.depth()).unwrap();
        depth.first_attempts + depth.retries
    }

    pub(super) fn attempts(&self, message: MessageId, endpoint: EndpointId) -> usize {
        let filter = AttemptFilter { endpoint_id: Some(endpoint), ..AttemptFilter::default() };
        let page = Page { limit: 100, after: None, order: Order::Ascending };
        now(self.store.attempts_of_message(APP, message, page, filter)).unwrap().items.len()
    }
}
