//! The portal as browsers see it, in front of an in-memory store.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod access;
mod across;
mod applications;
mod event_types;
mod frames;
mod house;
mod inspector;
mod keys;
mod live;
mod login;
mod my_data;
mod sessions;
mod settings;
mod traffic;
