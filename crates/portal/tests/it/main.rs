//! The portal as browsers see it, in front of an in-memory store.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod access;
mod across;
mod all_forms;
mod answers;
mod applications;
mod attacks;
mod endpoints;
mod event_types;
mod every_page;
mod forms;
mod frames;
mod home;
mod house;
mod inspector;
mod keys;
mod links;
mod lists;
mod live;
mod login;
mod messages;
mod my_data;
mod replay;
mod sessions;
mod settings;
mod traffic;
mod try_out;
mod vendors;
