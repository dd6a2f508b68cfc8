//! Numbers, times, payloads and pictures in the reader's form.

pub(crate) mod attempt;
pub(crate) mod chart;
pub(crate) mod endpoint;
pub(crate) mod example;
pub(crate) mod number;
pub(crate) mod payload;
pub(crate) mod summary;
pub(crate) mod time;
