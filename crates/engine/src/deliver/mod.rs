//! Station 4: send. A dialect writes the request, a transport sends it, the dialect reads the answer.

pub mod attempt;
pub mod description;
pub mod dialect;
pub mod headers;
pub mod rewrite;
pub mod transport;
pub mod verification;

pub use attempt::{Made, make};
pub use description::{Choice, Collection, Description, Field, FieldKind, Words};
pub use dialect::{Dialect, Sending, UnfitSecret, UnfitSettings, Unsendable, Verdict, Wishes};
pub use headers::{BadHeader, Headers};
pub use rewrite::Rewritten;
pub use transport::{Failure, OutboundRequest, Response, Sent, Transport};
pub use verification::{Received, Verification};
