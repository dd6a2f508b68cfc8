//! Names to addresses.
//!
//! [`Resolve`] is the seam: [`system`] asks the name servers, `cache` asks any of them no more often than it must,
//! and a test brings its own answers.

pub(crate) mod cache;
pub mod system;

use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;

/// The addresses of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// All of them, in the order in which they should be tried.
    pub addresses: Vec<IpAddr>,
    /// How long the name servers say they hold.
    pub ttl: Duration,
}

/// Why a name has no addresses. Continues a sentence that begins with the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResolveError {
    /// The name servers say that there is no such name, or that it has no address.
    NoAddress,
    /// The name servers did not answer, or answered that they could not say.
    Unavailable,
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAddress => "has no address in the domain name system; check the spelling of the host",
            Self::Unavailable => "could not be looked up, because no name server gave an answer",
        })
    }
}

impl std::error::Error for ResolveError {}

/// What [`Resolve::resolve`] gives.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = Result<Resolved, ResolveError>> + Send + 'a>>;

/// Looks names up. An implementation need neither cache nor bound its time: the client does both.
pub trait Resolve: Send + Sync {
    /// All addresses of this name, which is lower case and ASCII.
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a>;
}
