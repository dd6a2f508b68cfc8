//! Attempts: what was sent, and what came back.

pub(crate) mod attempted_destinations;
pub(crate) mod attempted_messages;
pub(crate) mod expunge;
pub(crate) mod get;
pub(crate) mod list_by_endpoint;
pub(crate) mod list_by_message;
pub(crate) mod resend;
pub(crate) mod wire;
