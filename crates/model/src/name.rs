//! Names that people and their programs choose: uids, event types, channels.

use std::fmt;
use std::sync::Arc;

/// Longest uid and event type name, in characters.
pub const NAME_CHARS_MAX: usize = 256;
/// Longest channel name, in characters.
pub const CHANNEL_CHARS_MAX: usize = 128;

/// A text is not such a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidName {
    /// Empty.
    Empty,
    /// Longer than this many characters.
    TooLong(usize),
    /// Holds a character other than letters, digits, `-`, `_` and `.`.
    Character,
    /// Begins like an id of Klingel's own.
    LooksLikeId,
}

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("must not be empty"),
            Self::TooLong(max) => write!(f, "must have at most {max} characters"),
            Self::Character => f.write_str("may hold only letters, digits, '-', '_' and '.'"),
            Self::LooksLikeId => f.write_str("must not begin like an id (app_, ep_, msg_, evtype_, atmpt_)"),
        }
    }
}

impl std::error::Error for InvalidName {}

fn check(text: &str, chars_max: usize) -> Result<(), InvalidName> {
    if text.is_empty() {
        return Err(InvalidName::Empty);
    }
    if text.len() > chars_max {
        return Err(InvalidName::TooLong(chars_max));
    }
    if !text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')) {
        return Err(InvalidName::Character);
    }
    Ok(())
}

/// The publisher's own name for an application, endpoint or message; unique among its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid(Arc<str>);

/// An event type such as `visitor.signin`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventTypeName(Arc<str>);

/// A channel such as `project_1337`: a free mark on messages by which endpoints choose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelName(Arc<str>);

impl Uid {
    /// Checks and takes the name.
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        check(text, NAME_CHARS_MAX)?;
        if ["app_", "ep_", "msg_", "evtype_", "atmpt_"].iter().any(|prefix| text.starts_with(prefix)) {
            return Err(InvalidName::LooksLikeId);
        }
        Ok(Self(text.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl EventTypeName {
    /// Checks and takes the name.
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        check(text, NAME_CHARS_MAX)?;
        Ok(Self(text.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ChannelName {
    /// Checks and takes the name.
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        check(text, CHANNEL_CHARS_MAX)?;
        Ok(Self(text.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Display for EventTypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_names_and_refuses_the_rest() {
        assert!(EventTypeName::new("visitor.signin").is_ok());
        assert_eq!(EventTypeName::new(""), Err(InvalidName::Empty));
        assert_eq!(EventTypeName::new("a b"), Err(InvalidName::Character));
        assert_eq!(EventTypeName::new("ä"), Err(InvalidName::Character));
        assert_eq!(ChannelName::new(&"x".repeat(129)), Err(InvalidName::TooLong(128)));
        assert_eq!(Uid::new("app_1"), Err(InvalidName::LooksLikeId));
        assert!(Uid::new("store-17").is_ok());
    }
}
