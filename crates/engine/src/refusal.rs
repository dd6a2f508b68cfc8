//! Why a verb was refused, named by what the caller can do about it.

use std::fmt;

use klingel_store::Error;

/// A refused verb changed nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such thing here; what it is: `application`, `endpoint`, `message` …
    NotFound(&'static str),
    /// Another one has this value already: the field as the API names it.
    Taken(&'static str),
    /// It cannot be done in the present state: what to do first, in a sentence.
    Conflict(String),
    /// A field is wrong: its name and what is wrong with it.
    Invalid(&'static str, String),
    /// The idempotency key came before with another request.
    KeyReused,
    /// A limit is reached: its setting and value.
    Limit(&'static str, u64),
    /// The store cannot take new work for the moment: try again.
    Unavailable(String),
    /// A bug or a damaged store: tell the operator.
    Internal(String),
}

impl Refusal {
    /// What a store's error means for something called `what`.
    pub fn of(error: Error, what: &'static str) -> Self {
        match error {
            error @ (Error::Full(_) | Error::Unavailable(_)) => Self::Unavailable(error.to_string()),
            Error::Taken(field) => Self::Taken(field),
            Error::Gone => Self::NotFound(what),
            Error::Changed => Self::Conflict(format!(
                "the {what} was changed by somebody else at the same time; read it again and repeat the change"
            )),
            Error::KeyReused => Self::KeyReused,
            Error::Limit(setting, value) => Self::Limit(setting, value),
            error @ Error::Corrupt(_) => Self::Internal(error.to_string()),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(what) => write!(f, "there is no such {what}"),
            Self::Taken(field) => write!(f, "another one with this {field} exists already"),
            Self::Invalid(field, why) => write!(f, "{field}: {why}"),
            Self::KeyReused => f.write_str(
                "this idempotency key was used within the last 24 hours with another request; use a new key",
            ),
            Self::Limit(setting, value) => {
                write!(f, "the limit is reached: {setting} = {value}; the operator can raise it")
            }
            Self::Conflict(why) | Self::Unavailable(why) | Self::Internal(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Refusal {}
