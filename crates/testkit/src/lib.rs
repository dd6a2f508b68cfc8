//! For tests only: fake clock, seeded dice, in-memory store, hostile receivers.
//!
//! - [`FakeClock`]: stands still until a test turns it
//! - [`SeededDice`]: the same numbers for the same seed
//! - [`receiver::Receiver`]: an HTTP receiver that remembers, answers by script and can be held; [`gate::Gate`] holds it
//! - [`hostile::HostileReceiver`]: receivers that misbehave, each in one way; [`hostile::DeafReceiver`] takes no connection
//! - [`tls::TlsReceiver`]: a receiver with a certificate that nobody knows
//! - [`MemoryStore`]: the reference model of the store: plain maps under one lock

pub mod clock;
mod deflate;
pub mod dice;
pub mod gate;
pub mod hostile;
pub mod memory;
pub mod receiver;
pub mod tls;

pub use clock::FakeClock;
pub use dice::SeededDice;
pub use memory::MemoryStore;
