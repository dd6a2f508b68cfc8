//! Numbers, times and payloads in the reader's form.

pub(crate) mod number;
pub(crate) mod payload;
pub(crate) mod time;
