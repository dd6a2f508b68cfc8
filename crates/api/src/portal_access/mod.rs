//! Letting customers into the portal, and logging them out.

pub(crate) mod create;
pub(crate) mod expire_all;
