//! For tests only: fake clock, seeded dice, in-memory store, hostile receivers.

pub mod gate;
pub mod receiver;
