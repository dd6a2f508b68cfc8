//! The way of a message. No sockets, no SQL, no HTTP framework here: store, network, time and dice come in as
//! arguments (see [`World`]).
//!
//! 1. [`accept`]: take in — limits, idempotency, one transaction
//! 2. [`fanout`]: who wants it — a pure function over the cached catalogue
//! 3. [`queue`]: wait — a lane per endpoint: rate, concurrency, breaker; first attempts before retries
//! 4. [`deliver`]: send — a dialect writes and reads, a transport sends
//! 5. [`record`]: settle — outcomes in batches, retry or give up, endpoint health
//! 6. [`upkeep`]: chores — retention, expiry, erasure
//!
//! [`disclosure`] lets people decide to whom their data go, in dialects that send such data.
//! [`keys`] makes and recognises keys and passes, [`link`] links to the portal, [`password`] the passwords of operators.
//! [`catalog`] changes what the stations work with. [`run`] holds the only `select!`, `sleep` and `spawn`.
//! [`Engine`] is the handle that API, portal and command line hold.

use std::fmt;
use std::sync::Arc;

use klingel_model::{Clock, Dice};
use klingel_store::{Reader, Store};
use tokio::sync::Notify;

pub mod accept;
pub mod catalog;
pub mod deliver;
pub mod disclosure;
pub mod door;
pub mod fanout;
pub mod keys;
pub mod link;
pub mod measure;
pub mod password;
pub mod queue;
pub mod record;
pub mod refusal;
pub mod run;
pub mod settings;
pub mod upkeep;

pub use accept::{Accepted, Publish};
pub use catalog::replay::ReplayCount;
pub use refusal::Refusal;
pub use run::{AttemptNews, Running, TestCall, start};
pub use settings::{Limits, Settings};

use deliver::{Dialect, Transport};
use fanout::Catalogue;
use measure::Meters;
use run::Nudge;
use run::test_call::TestCalls;
use run::watch::Watch;

/// Everything the engine needs of the world.
#[derive(Clone)]
pub struct World {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The way out.
    pub transport: Arc<dyn Transport>,
    /// The vendors' ways; each name once.
    pub dialects: Vec<Arc<dyn Dialect>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub dice: Arc<dyn Dice>,
}

impl World {
    /// The dialect of this name.
    pub fn dialect(&self, name: &str) -> Option<&Arc<dyn Dialect>> {
        self.dialects.iter().find(|dialect| dialect.name() == name)
    }
}

/// The engine's handle: cheap to clone, safe to share.
#[derive(Clone)]
pub struct Engine {
    pub(crate) world: Arc<World>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) nudge: Nudge,
    pub(crate) meters: Arc<Meters>,
    pub(crate) test_calls: TestCalls,
    pub(crate) watch: Watch,
    /// Wakes the loop of replays.
    pub(crate) replay_wake: Arc<Notify>,
}

impl Engine {
    /// The reading side of the store.
    pub fn reader(&self) -> &dyn Reader {
        &*self.world.store
    }

    /// The whole world, for doors that need more than a verb (a dialect's own records).
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Engine")
    }
}

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
