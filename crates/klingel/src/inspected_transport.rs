//! The way to the server's own inspector, without a network.
//!
//! The address guard refuses loopback and private networks, as it should; the inspector's address leads there whenever
//! the server listens there or stands behind a proxy in the same network. A request to exactly that address is therefore
//! handed over within the process, and every other one goes out as before: nothing is opened for anybody.
//! See `docs/decisions/0006-inspector-within-the-process.md`.

use std::fmt;
use std::sync::Arc;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue, Method};
use klingel_engine::deliver::{Failure, OutboundRequest, Response, Sent, Transport};
use klingel_model::ErrorClass;
use klingel_portal::{BODY_BYTES_MAX, Incoming, Inspector, PATH};
use url::Url;

/// Hands requests to the inspector's address over, and lets all others go out.
pub struct InspectedTransport {
    outside: Arc<dyn Transport>,
    inspector: Inspector,
    /// Where browsers and senders reach this server.
    public_url: Option<Url>,
}

impl InspectedTransport {
    /// `public_url` is scheme, host and port.
    pub fn new(outside: Arc<dyn Transport>, inspector: Inspector, public_url: &str) -> Self {
        Self { outside, inspector, public_url: Url::parse(public_url).ok() }
    }

    /// The token and the rest of a URL of the inspector: same scheme, host and port, no user, exactly one part behind
    /// the prefix.
    fn address(&self, url: &str) -> Option<Address> {
        let (own, url) = (self.public_url.as_ref()?, Url::parse(url).ok()?);
        let same = own.scheme() == url.scheme()
            && own.host() == url.host()
            && own.port_or_known_default() == url.port_or_known_default()
            && url.username().is_empty()
            && url.password().is_none();
        let token = url.path().strip_prefix(PATH).filter(|token| !token.is_empty() && !token.contains('/'))?;
        same.then(|| Address {
            token: token.to_owned(),
            path: url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path())),
            host: url.authority().to_owned(),
        })
    }

    async fn hand_over(&self, address: Address, request: OutboundRequest) -> Result<Response, Failure> {
        let mut headers = HeaderMap::with_capacity(request.headers.len() + 2);
        if let Ok(host) = HeaderValue::from_str(&address.host) {
            headers.insert(HOST, host);
        }
        headers.insert(CONTENT_LENGTH, HeaderValue::from(request.body.len()));
        for (name, value) in request.headers.iter().filter(|(name, _)| *name != HOST && *name != CONTENT_LENGTH) {
            headers.append(name.clone(), value.clone());
        }
        let fits = request.body.len() <= BODY_BYTES_MAX;
        let incoming = Incoming {
            method: Method::POST.to_string(),
            path: address.path,
            headers,
            body: fits.then_some(request.body),
        };
        let taken = self.inspector.take(&address.token, incoming);
        match tokio::time::timeout(request.timeout, taken).await {
            Ok(answered) => {
                let mut headers = HeaderMap::new();
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
                Ok(Response { status: answered.status, headers, body: answered.body })
            }
            Err(_) => Err(Failure {
                class: ErrorClass::Timeout,
                sentence: format!(
                    "no answer within {} s: the inspector answers later, as was chosen on its page",
                    request.timeout.as_secs()
                ),
                status: 0,
                body: bytes::Bytes::new(),
            }),
        }
    }
}

struct Address {
    token: String,
    path: String,
    host: String,
}

impl Transport for InspectedTransport {
    fn send(&self, request: OutboundRequest) -> Sent<'_> {
        match self.address(&request.url) {
            Some(address) => Box::pin(self.hand_over(address, request)),
            None => self.outside.send(request),
        }
    }
}

impl fmt::Debug for InspectedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InspectedTransport")
    }
}
