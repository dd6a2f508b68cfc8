//! The client against real sockets on loopback.

mod answers;
mod failures;
mod forbidden;
mod keep_alive;
mod rebinding;
mod requests;
mod setup;
mod tls;
