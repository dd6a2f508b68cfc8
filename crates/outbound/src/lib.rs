//! The only door to customers: HTTP client with an address guard behind name resolution.
//!
//! [`Client`] implements the engine's `Transport`. The way of a request:
//!
//! 1. `target`: the URL is taken apart; addresses in every spelling become addresses
//! 2. `pool`: a connection to the same origin that waits is used again, after its address has been judged once more;
//!    else
//! 3. [`dns`]: the name is looked up, at most once per lifetime of the answer
//! 4. [`guard`]: every address is judged; what is forbidden is left out, and where nothing remains the attempt ends
//! 5. `connect`: one of the judged addresses is connected to, with TLS for `https` (`tls`)
//! 6. `request`: the request is written as text; what frames a message is not taken from the caller
//! 7. `exchange`: it is sent over the `connection` (`wire`) and the answer is read: its `head`, where its body ends
//!    (`framing`), and its `body`, bounded in every direction (`answer`)
//! 8. `failure`: what went wrong becomes a class and a sentence
//!
//! It follows no redirect, expands no compressed answer, speaks HTTP/1.1, and uses no proxy.
//!
//! # How an address is judged on every attempt
//!
//! A look-up's answer is judged and handed to the connect call as it is: no second look-up lies between. A connection
//! that is used again stays connected to the address that was judged when it was opened, under settings that never
//! change in a client's life; that address is judged again before each request all the same, so no attempt goes out
//! unjudged.
//!
//! # A request that may arrive twice
//!
//! When a connection that waited turns out to be closed before a single byte of the answer came, the request is sent
//! once more over a new connection, within the same time-out. The receiver may have read the first one; at-least-once
//! delivery allows that, and every message carries an id to tell it by. A new connection is never tried twice.

pub mod config;
pub mod dns;
pub mod guard;

mod answer;
mod body;
mod client;
mod connect;
mod connection;
mod exchange;
mod failure;
mod framing;
mod head;
mod metrics;
mod pool;
mod request;
mod target;
mod tls;
mod wire;

pub use client::Client;
pub use config::{ClientConfig, ConfigError, GuardConfig};
pub use dns::system::SystemResolver;
pub use dns::{Resolve, ResolveError, Resolved, Resolving};
pub use guard::{Guard, Refusal, Rule};
pub use metrics::describe_metrics;
