//! Dialects: the vendors' ways that this server speaks, as data. A client that draws forms needs nothing else.

pub(crate) mod get;
pub(crate) mod list;
mod wire;
