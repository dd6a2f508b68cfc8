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
use klingel_engine::deliver::{Failure, Headers, OutboundRequest, Response, Sent, Transport};
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
        // To take an URL apart costs more than all else that is done here, and nearly all go elsewhere.
        if !url.contains(PATH) {
            return None;
        }
        let (own, url) = (self.public_url.as_ref()?, Url::parse(url).ok()?);
        let same = own.scheme() == url.scheme()
            && own.host() == url.host()
            && own.port_or_known_default() == url.port_or_known_default()
            && url.username().is_empty()
            && url.password().is_none();
        let token =
            url.path().strip_prefix(PATH).filter(|token| !token.is_empty() && !token.contains('/'))?;
        same.then(|| Address {
            token: token.to_owned(),
            path: url
                .query()
                .map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path())),
            host: url.authority().to_owned(),
        })
    }

    async fn hand_over(&self, address: Address, request: OutboundRequest) -> Result<Response, Failure> {
        let given = HeaderMap::from(&request.headers);
        let mut headers = HeaderMap::with_capacity(given.len() + 2);
        if let Ok(host) = HeaderValue::from_str(&address.host) {
            headers.insert(HOST, host);
        }
        headers.insert(CONTENT_LENGTH, HeaderValue::from(request.body.len()));
        for (name, value) in given.iter().filter(|(name, _)| *name != HOST && *name != CONTENT_LENGTH) {
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
                let mut headers = Headers::new();
                headers.insert(&CONTENT_TYPE, "text/plain; charset=utf-8").expect("it is visible ASCII");
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;
    use std::time::Duration;

    use klingel_model::{AppId, Application, Clock as _, Environment, EnvironmentId};
    use klingel_portal::InspectorWorld;
    use klingel_store::Catalog as _;
    use klingel_testkit::{FakeClock, MemoryStore, SeededDice};

    use super::*;

    /// Remembers what would have gone out.
    #[derive(Default)]
    struct Outside(Mutex<Vec<String>>);

    impl Transport for Outside {
        fn send(&self, request: OutboundRequest) -> Sent<'_> {
            self.0.lock().unwrap().push(request.url.to_string());
            Box::pin(async {
                Ok(Response { status: 204, headers: Headers::new(), body: bytes::Bytes::new() })
            })
        }
    }

    async fn inspector() -> (Inspector, AppId) {
        let clock = Arc::new(FakeClock::default());
        let (store, dice) = (Arc::new(MemoryStore::new()), Arc::new(SeededDice::new(7)));
        let now = clock.now();
        let environment_id = EnvironmentId::new(now, &*dice);
        let environment = Environment { id: environment_id, name: "test".to_owned(), created_at: now };
        store.ensure_environment(environment).await.unwrap();
        let application = Application {
            id: AppId::new(now, &*dice),
            environment_id,
            uid: None,
            name: "Shop".to_owned(),
            dialect: "standard".to_owned(),
            rate_limit_per_s: None,
            metadata: BTreeMap::new(),
            created_at: now,
            updated_at: now,
        };
        let app_id = application.id;
        store.add_application(application, None).await.unwrap();
        let dialects = klingel_dialects::all();
        (Inspector::new(InspectorWorld { store, dialects, clock, dice }), app_id)
    }

    fn to(url: &str) -> OutboundRequest {
        OutboundRequest {
            url: url.into(),
            headers: Headers::new(),
            body: "{}".into(),
            timeout: Duration::from_secs(15),
        }
    }

    #[tokio::test]
    async fn exactly_the_inspectors_address_stays_within_the_process() {
        let (inspector, app_id) = inspector().await;
        let token = inspector.renew(app_id).await.unwrap();
        let outside = Arc::new(Outside::default());
        let way = InspectedTransport::new(Arc::clone(&outside) as _, inspector, "http://127.0.0.1:8080");
        for own in [
            format!("http://127.0.0.1:8080/inspect/{token}"),
            format!("http://127.0.0.1:8080/inspect/{token}?x=1"),
            format!("http://127.0.0.1:8080/a/../inspect/{token}"),
        ] {
            assert_eq!(way.send(to(&own)).await.unwrap().status, 200, "{own}");
        }
        assert_eq!(way.send(to("http://127.0.0.1:8080/inspect/unknown")).await.unwrap().status, 404);
        assert_eq!(*outside.0.lock().unwrap(), [] as [String; 0]);
        let others = [
            format!("https://127.0.0.1:8080/inspect/{token}"),
            format!("http://127.0.0.1/inspect/{token}"),
            format!("http://127.0.0.1:8081/inspect/{token}"),
            format!("http://localhost:8080/inspect/{token}"),
            format!("http://evil@127.0.0.1:8080/inspect/{token}"),
            format!("http://127.0.0.1:8080/inspect/{token}/more"),
            format!("http://127.0.0.1:8080/inspect/{token}/../../api/v1/app/"),
            "http://127.0.0.1:8080/inspect/".to_owned(),
            "http://127.0.0.1:8080/api/v1/app/".to_owned(),
            "no url".to_owned(),
        ];
        for other in &others {
            assert_eq!(way.send(to(other)).await.unwrap().status, 204, "{other}");
        }
        assert_eq!(*outside.0.lock().unwrap(), others);
    }
}
