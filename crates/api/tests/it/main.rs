//! The API as a caller sees it: the router is called in the process, on the in-memory reference store.

mod access;
mod applications;
mod attempts;
mod bad_input;
mod endpoints;
mod event_types;
mod house;
mod idempotency;
mod life;
mod messages;
mod operations;
mod paging;
