//! Filters: which messages an endpoint wants, as a JSON document that a form can edit.
//!
//! A filter is an object. A key names a field, and its value says what the field must be; all keys must hold. At the
//! top the fields are `eventType`, `channels` and `payload`; below `payload` they are the payload's own.
//!
//! ```json
//! {"eventType": {"$startsWith": "visitor."},
//!  "payload": {"visitor": {"personal_fields": {"role": "Director"}}, "amount": {"$gte": 100}},
//!  "$or": [{"channels": {"$contains": "berlin"}}, {"payload": {"urgent": true}}]}
//! ```
//!
//! | operator | holds when the field |
//! |---|---|
//! | a plain value, `$eq` | is this value; a list holds it |
//! | `$neq` | is not this value |
//! | `$in`, `$nin` | is (not) one of these values |
//! | `$gt` `$gte` `$lt` `$lte` | is a number (or text) above, at least, below, at most this one |
//! | `$exist` | is there (`true`) or not (`false`); `null` counts as there |
//! | `$startsWith` `$endsWith` | is a text that begins or ends so |
//! | `$contains` | is a text with this part, or a list with this element |
//! | `$and` `$or` `$not` | all, one, none of these filters; beside a field or inside one |
//!
//! No parser of its own, no expressions: one pass over filter and payload, in linear time.

mod holds;
mod read;
#[cfg(test)]
mod tests;

use std::fmt;

pub use holds::{Failed, Subject};

/// Bytes of a filter document.
pub const FILTER_BYTES_MAX: usize = 16 * 1024;
/// Levels of a filter document.
pub const FILTER_DEPTH_MAX: usize = 16;
/// Conditions of a filter document.
pub const FILTER_CONDITIONS_MAX: usize = 200;

/// A filter, read and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(Node);

/// A document is not a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidFilter {
    /// Where: keys and places, joined with dots.
    pub path: String,
    /// What is wrong there, and what would be right.
    pub reason: String,
}

impl fmt::Display for InvalidFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.reason)
        } else {
            write!(f, "{}: {}", self.path, self.reason)
        }
    }
}

impl std::error::Error for InvalidFilter {}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    /// All of these.
    All(Vec<Node>),
    /// One of these.
    Any(Vec<Node>),
    /// Not this.
    Not(Box<Node>),
    /// This field of the object at hand.
    Field(String, Box<Node>),
    /// A condition on the value at hand.
    Is(Condition),
}

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    Eq(serde_json::Value),
    Neq(serde_json::Value),
    In(Vec<serde_json::Value>),
    Nin(Vec<serde_json::Value>),
    Gt(serde_json::Value),
    Gte(serde_json::Value),
    Lt(serde_json::Value),
    Lte(serde_json::Value),
    Exist(bool),
    StartsWith(String),
    EndsWith(String),
    Contains(serde_json::Value),
}

impl Filter {
    /// Reads a filter from JSON text.
    pub fn parse(text: &str) -> Result<Self, InvalidFilter> {
        read::parse(text)
    }

    /// Whether the message meets the filter.
    pub fn matches(&self, subject: &Subject<'_>) -> bool {
        self.explain(subject).is_ok()
    }

    /// The same, saying which condition failed first.
    pub fn explain(&self, subject: &Subject<'_>) -> Result<(), Failed> {
        holds::explain(&self.0, subject)
    }

    /// Whether the filter looks at the payload, which then has to be read as JSON.
    pub fn needs_payload(&self) -> bool {
        fn looks(node: &Node) -> bool {
            match node {
                Node::All(nodes) | Node::Any(nodes) => nodes.iter().any(looks),
                Node::Not(node) => looks(node),
                Node::Field(name, _) => name == "payload",
                Node::Is(_) => false,
            }
        }
        looks(&self.0)
    }
}
