//! Messages: events of an application.

pub(crate) mod create;
pub(crate) mod door;
pub(crate) mod expunge;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod received;
pub(crate) mod wire;
