//! Filters: which messages an endpoint wants. They are kept with their endpoints.

pub(crate) mod test;
