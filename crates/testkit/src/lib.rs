//! For tests only: fake clock, seeded dice, in-memory store, hostile receivers.
