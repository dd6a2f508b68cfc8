//! What can go wrong at the store, named by what the caller can do about it.

use std::fmt;

/// Why a verb did nothing. No verb that fails leaves a part of its work behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// No room left: refuse new work, keep the old, try again later. Says what is full.
    Full(String),
    /// Busy, cut off or shutting down: try again later. Says why.
    Unavailable(String),
    /// Another row has this value already; the field's name as it is written in the API.
    Taken(&'static str),
    /// The row to change does not exist (any more).
    Gone,
    /// The row was changed by somebody else since it was read: read it again.
    Changed,
    /// The same idempotency key came before with another request.
    KeyReused,
    /// A named limit is reached: its setting and its value.
    Limit(&'static str, u64),
    /// A row that cannot be: a bug or a damaged file. Says which table and row.
    Corrupt(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(what) => write!(f, "the store has no room left: {what}"),
            Self::Unavailable(why) => write!(f, "the store does not answer: {why}"),
            Self::Taken(field) => write!(f, "another one with this {field} exists already"),
            Self::Gone => f.write_str("it does not exist any more"),
            Self::Changed => f.write_str("it was changed by somebody else at the same time"),
            Self::KeyReused => f.write_str("this idempotency key was used before with another request"),
            Self::Limit(setting, value) => write!(f, "the limit {setting} = {value} is reached"),
            Self::Corrupt(what) => write!(f, "the store holds a row that cannot be: {what}"),
        }
    }
}

impl std::error::Error for Error {}
