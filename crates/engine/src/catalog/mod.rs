//! Changes to what the stations work with: the store's verbs, and telling memory of them.
//!
//! Every verb here is durable when it gives `Ok`, and what it changed holds for the next message.

mod application;
mod endpoint;
mod event_type;
mod message;
mod once;
pub mod replay;
