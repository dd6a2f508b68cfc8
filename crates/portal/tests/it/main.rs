//! The portal as browsers see it, in front of an in-memory store.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod access;
mod endpoints;
mod forms;
mod house;
mod settings;
