//! Station 2: who wants a message. A pure function over the cached catalogue.

use std::sync::Arc;

use klingel_model::Message;

mod catalogue;
mod facts;
pub mod filter;
mod target;

pub use catalogue::{AppEntry, Catalogue};
pub use facts::Facts;
pub use target::Target;

/// The endpoints that want this message: enabled, of its event type, in one of its channels,
/// meeting its filter and what its dialect reads from its settings.
pub fn wanted_by(message: &Message, targets: &[Arc<Target>]) -> Vec<Arc<Target>> {
    let facts = Facts::of(message);
    targets.iter().filter(|target| target.wants(message, &facts)).cloned().collect()
}
