//! The whole way of a message, with the reference store, a scripted receiver and paused time: days pass in an instant.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world has failed")]

mod replay;
mod rewrite;
mod statistics;
mod test_call;
mod watch;
mod way;
mod world;
