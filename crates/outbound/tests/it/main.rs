//! The client against real sockets on loopback.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod answers;
mod failures;
mod forbidden;
mod keep_alive;
mod rebinding;
mod requests;
mod setup;
mod tls;
mod uploads;
