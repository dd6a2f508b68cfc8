//! The inspector: a receiving address per application, on the user's own server, that shows what came.
//!
//! 1. [`address`]: an unguessable address, kept in the store until it is replaced
//! 2. [`receive`]: a request comes, from outside or from this process; it is judged and answered as was chosen
//! 3. [`verdict`]: whether its signature is that of an endpoint that points here
//! 4. [`kept`]: the requests, in memory only, bounded in number, bytes and time
//!
//! Requests are personal data of somebody: nothing of them goes to the store, a log or a metric.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use klingel_engine::deliver::Dialect;
use klingel_model::{AppId, Clock, Dice};
use klingel_store::Store;
use tokio::sync::{Semaphore, broadcast};

pub(crate) mod address;
pub(crate) mod kept;
pub(crate) mod receive;
pub(crate) mod verdict;

pub use receive::{Answered, Incoming};
pub use verdict::Verdict;

use kept::Kept;

/// Where requests are received, before the address's token.
pub const PATH: &str = "/inspect/";
/// Bytes of a body that are read; a longer one is answered 413.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// How often requests that are too old are dropped.
pub(crate) const TIDY_EVERY: Duration = Duration::from_mins(10);
/// Requests that wait for their chosen delay at once, of all applications.
const WAITING_MAX: usize = 100;
/// News that a live page may lag behind.
const NEWS_MAX: usize = 256;

/// What the inspector needs of the world.
#[derive(Clone)]
pub struct InspectorWorld {
    /// Where addresses and endpoints are.
    pub store: Arc<dyn Store>,
    /// Who judges signatures.
    pub dialects: Vec<Arc<dyn Dialect>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub dice: Arc<dyn Dice>,
}

/// Receives and keeps requests. Cheap to clone.
#[derive(Clone)]
pub struct Inspector {
    inner: Arc<Inner>,
}

struct Inner {
    world: InspectorWorld,
    kept: Mutex<Kept>,
    news: broadcast::Sender<(AppId, u64)>,
    waiting: Semaphore,
}

impl Inspector {
    /// An inspector that has seen nothing.
    pub fn new(world: InspectorWorld) -> Self {
        let inner = Inner {
            world,
            kept: Mutex::default(),
            news: broadcast::Sender::new(NEWS_MAX),
            waiting: Semaphore::new(WAITING_MAX),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Drops what is too old, for as long as the future is polled.
    pub async fn keep_tidy(self) {
        let mut turns = tokio::time::interval(TIDY_EVERY);
        loop {
            turns.tick().await;
            let now = self.inner.world.clock.now();
            self.kept().forget(now);
        }
    }

    /// News of requests from now on: whose, and the request's number.
    pub(crate) fn news(&self) -> broadcast::Receiver<(AppId, u64)> {
        self.inner.news.subscribe()
    }

    /// What is kept, without what is too old.
    pub(crate) fn fresh(&self) -> MutexGuard<'_, Kept> {
        let now = self.inner.world.clock.now();
        let mut kept = self.kept();
        kept.forget(now);
        kept
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic under the lock leaves at worst a request less.
        self.inner.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Inspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inspector")
    }
}
