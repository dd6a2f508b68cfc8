//! For tests only: fake clock, seeded dice, in-memory store, hostile receivers.
//!
//! - [`FakeClock`]: stands still until a test turns it
//! - [`SeededDice`]: the same numbers for the same seed
//! - [`MemoryStore`]: the reference model of the store: plain maps under one lock

pub mod clock;
pub mod dice;
pub mod gate;
pub mod memory;
pub mod receiver;

pub use clock::FakeClock;
pub use dice::SeededDice;
pub use memory::MemoryStore;
