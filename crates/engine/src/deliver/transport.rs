//! The seam to the network: a request goes out, an answer or a failure comes back.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use klingel_model::ErrorClass;

use super::headers::Headers;

/// A `POST` to be made, complete.
#[derive(Debug, Clone)]
pub struct OutboundRequest {
    /// Absolute `http` or `https` URL. User and password in it become Basic authentication.
    pub url: Arc<str>,
    /// Headers beside `host` and `content-length`, which the transport writes.
    pub headers: Headers,
    /// The body, byte for byte.
    pub body: Bytes,
    /// For everything together: name look-up, connection, TLS, request, answer and its body.
    pub timeout: Duration,
}

/// A complete answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers, bounded in number and size by the transport.
    pub headers: Headers,
    /// The first bytes of the body, as they came; compressed bodies are not expanded.
    pub body: Bytes,
}

/// No complete answer.
#[derive(Debug, Clone)]
pub struct Failure {
    /// At which step.
    pub class: ErrorClass,
    /// What happened and what to do, in a sentence for the endpoint's owner: neither secrets nor payload nor the
    /// URL's query.
    pub sentence: String,
    /// The status, when the answer had begun; 0 otherwise.
    pub status: u16,
    /// What had come of the body.
    pub body: Bytes,
}

/// What a transport gives.
pub type Sent<'a> = Pin<Box<dyn Future<Output = Result<Response, Failure>> + Send + 'a>>;

/// Sends requests. The only implementation that reaches customers is the crate `klingel-outbound`.
pub trait Transport: Send + Sync {
    /// Sends one request and waits for the answer, within the request's time-out. Redirects are not followed.
    fn send(&self, request: OutboundRequest) -> Sent<'_>;
}
