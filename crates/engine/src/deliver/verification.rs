//! What a receiver makes of a request's signature.

use std::time::Duration;

use http::HeaderMap;

/// A request as its receiver got it.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, byte for byte.
    pub body: &'a [u8],
}

impl<'a> Received<'a> {
    /// A header's value, when it is there and is text.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// How a signature stands with one secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// Made with this secret over exactly this request, just now.
    Genuine,
    /// Made with this secret, but this long ago or ahead: beyond what receivers tolerate, so perhaps a repetition by
    /// somebody else.
    Stale(Duration),
    /// There is a signature, and it was not made with this secret over exactly this request.
    Wrong,
    /// The request brings no signature, or none that can be read.
    Missing,
    /// The dialect does not sign.
    Unsigned,
}
