//! The seam to storage.
//!
//! Every backend implements the same verbs, and **one verb is one transaction**: no handle leaves the store.
//! Clock and dice are not here; instants and ids come in as arguments.
//!
//! - [`Intake`]: take a message in, with its deliveries
//! - [`Queue`]: unsettled deliveries, and settling them in batches
//! - [`Catalog`]: applications, endpoints, event types, environments, keys
//! - [`Reader`]: everything that is shown; with it [`Overview`], across applications
//! - [`Records`]: documents of the dialects
//! - [`Access`]: who may open the portal, and who did what there
//! - [`Replays`]: sending a span of time again, and dropping what waits
//! - [`Statistics`]: attempts added up by time
//! - [`Upkeep`]: what chores do: retention, expiry, erasure
//!
//! Lookups give `Option`; a write that finds its row gone gives [`Error::Gone`]. [`conformance`] is the list of cases
//! that every backend has to pass, the in-memory reference model included. [`sealing`] keeps secrets unreadable at rest.

use std::future::Future;
use std::pin::Pin;

pub mod access;
pub mod catalog;
pub mod conformance;
pub mod error;
pub mod intake;
pub mod overview;
pub mod page;
pub mod queue;
pub mod reader;
pub mod records;
pub mod replay;
pub mod sealing;
pub mod stats;
pub mod upkeep;

pub use access::{Access, SessionKey};
pub use catalog::{Answer, Catalog, Once, OnceKey, Written};
pub use error::Error;
pub use intake::{Admission, Admitted, Intake};
pub use overview::{
    AttemptPlace, Backlog, EndpointFilter, EndpointMarks, EnvironmentBacklog, Overview, Owed, OwedPlace,
};
pub use page::{Order, Page, Scan};
pub use queue::{HealthChange, LaneHead, Outcome, Queue, Settlement, Waiting, WaitingPage};
pub use reader::{
    AppRef, AttemptFilter, Destination, EndpointRef, MessageFilter, MessageRef, QueueDepth, Reader,
};
pub use records::{Expected, Record, RecordChange, RecordPage, RecordRange, Records};
pub use replay::{Canceled, Candidate, ReplayStep, Replays};
pub use stats::{Resolution, Stat, StatDelta, StatOwner, Statistics};
pub use upkeep::{Retired, RetiredOf, Upkeep};

/// What a verb gives: a future that can be sent between threads.
pub type Verb<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A whole store. Implemented by itself for everything that implements the parts.
pub trait Store:
    Intake + Queue + Catalog + Records + Reader + Access + Replays + Statistics + Upkeep
{
}

impl<S: Intake + Queue + Catalog + Records + Reader + Access + Replays + Statistics + Upkeep> Store for S {}
