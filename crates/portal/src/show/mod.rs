//! Numbers, times and payloads in the reader's form.

pub(crate) mod attempt;
pub(crate) mod endpoint;
pub(crate) mod number;
pub(crate) mod payload;
pub(crate) mod time;
