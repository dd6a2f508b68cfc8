//! The API as a caller sees it: the router is called in the process, on the in-memory reference store.

#![expect(clippy::unwrap_used, reason = "a test that stops where it stands says best what went wrong")]

mod access;
mod applications;
mod attempts;
mod bad_input;
mod bad_rows;
mod choosy;
mod endpoints;
mod event_types;
mod filters;
mod house;
mod idempotency;
mod life;
mod logging;
mod messages;
mod operations;
mod paging;
mod portal_access;
mod publish_door;
mod replays;
mod send_example;
