//! A whole Klingel with a portal, a clock that stands still and receivers that answer as they are told.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use klingel_api::{ApiState, Mounted, router_with};
use klingel_engine::deliver::{Headers, OutboundRequest, Response, Sent, Transport};
use klingel_engine::{Engine, Running, Settings, World, start};
use klingel_model::{AppId, Clock as _, Environment, EnvironmentId, Pass, PassScope};
use klingel_portal::{Inspector, InspectorWorld, Portal, PortalSettings};
use klingel_store::{Access as _, Catalog as _};
use klingel_testkit::{FakeClock, MemoryStore, SeededDice};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower::ServiceExt as _;

/// A network that answers at once, and remembers what was sent.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) sent: Mutex<Vec<OutboundRequest>>,
    pub(crate) status: Mutex<u16>,
    /// Headers and body of every answer.
    pub(crate) answer: Mutex<(Headers, Bytes)>,
    pub(crate) news: Notify,
}

impl Transport for Network {
    fn send(&self, request: OutboundRequest) -> Sent<'_> {
        self.sent.lock().unwrap().push(request);
        self.news.notify_one();
        let status = *self.status.lock().unwrap();
        let (headers, body) = self.answer.lock().unwrap().clone();
        Box::pin(async move { Ok(Response { status, headers, body }) })
    }
}

pub(crate) struct House {
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) dice: Arc<SeededDice>,
    pub(crate) network: Arc<Network>,
    pub(crate) environment_id: EnvironmentId,
    pub(crate) engine: Engine,
    pub(crate) portal: Portal,
    router: Router,
    management: Router,
    _running: Running,
}

/// A browser with the cookies that it was given.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    cookies: Vec<(String, String)>,
    pub(crate) language: &'static str,
}

/// Events as they come.
pub(crate) struct Stream {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    body: Body,
}

/// A page as a browser gets it.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) html: String,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(PortalSettings::default()).await
    }

    pub(crate) async fn with(settings: PortalSettings) -> Self {
        let clock = Arc::new(FakeClock::default());
        let dice = Arc::new(SeededDice::new(42));
        let store = Arc::new(MemoryStore::new());
        let network = Arc::new(Network {
            sent: Mutex::default(),
            status: Mutex::new(200),
            answer: Mutex::new((Headers::new(), Bytes::from_static(b"thank you"))),
            news: Notify::new(),
        });
        let world = World {
            store: Arc::clone(&store) as _,
            transport: Arc::clone(&network) as _,
            dialects: klingel_dialects::all(),
            clock: Arc::clone(&clock) as _,
            dice: Arc::clone(&dice) as _,
        };
        let running = start(world, Settings::default());
        let engine = running.engine();
        let mounted = klingel_dialects::vendors().into_iter().map(|vendor| Mounted {
            name: vendor.name(),
            management: vendor.management.map(|routes| routes(engine.clone())),
            feed: vendor.feed.map(|routes| routes(engine.clone())),
            doors: vendor.doors.map(|routes| routes(engine.clone())),
        });
        let management =
            router_with(ApiState::new(engine.clone(), settings.public_url.clone()), mounted.collect());
        let portal = Portal::new(engine.clone(), management.clone(), inspector(&engine), settings);
        let router = portal.clone().router();
        let environment_id = EnvironmentId::new(clock.now(), &*dice);
        let environment =
            Environment { id: environment_id, name: "production".to_owned(), created_at: clock.now() };
        store.ensure_environment(environment).await.unwrap();
        Self {
            clock,
            store,
            dice,
            network,
            environment_id,
            engine,
            portal,
            router,
            management,
            _running: running,
        }
    }

    /// Calls the management API as an operator would.
    #[track_caller]
    pub(crate) fn api(&self, method: Method, path: &str, body: &Value) -> impl Future<Output = Value> {
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}")).body(body).unwrap();
        request.extensions_mut().insert(klingel_engine::door::Trusted {
            environment_id: self.environment_id,
            role: klingel_model::Role::Admin,
        });
        let (router, path) = (self.management.clone(), path.to_owned());
        async move {
            let response = router.oneshot(request).await.unwrap();
            let status = response.status();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert!(status.is_success(), "{path}: {status} {body:?}");
            serde_json::from_slice(&body).unwrap_or_default()
        }
    }

    /// An inspector that has seen nothing, as after a restart.
    pub(crate) fn another_inspector(&self) -> Inspector {
        inspector(&self.engine)
    }

    /// Waits for a request to the outside and gives it.
    pub(crate) async fn next_sent(&self) -> OutboundRequest {
        loop {
            let told = self.network.news.notified();
            if let Some(request) = self.network.sent.lock().unwrap().pop() {
                return request;
            }
            told.await;
        }
    }

    /// Calls a door of a dialect's own, which answers in JSON.
    pub(crate) async fn door(&self, request: Request<Body>) -> Value {
        let response = self.management.clone().oneshot(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&body).unwrap_or_default()
    }

    /// Makes an application of this dialect.
    pub(crate) async fn application(&self, name: &str, dialect: &str) -> AppId {
        let made = self.api(Method::POST, "/app/", &json!({"name": name, "dialect": dialect})).await;
        made["id"].as_str().unwrap().parse().unwrap()
    }

    /// Makes a link that opens the portal.
    pub(crate) async fn link(&self, scope: PassScope, read_only: bool) -> String {
        let (token, digest) = klingel_engine::keys::new_pass(&*self.dice);
        let now = self.clock.now();
        let pass = Pass {
            digest,
            environment_id: self.environment_id,
            scope,
            holder: "tester".to_owned(),
            read_only,
            created_at: now,
            expires_at: now.plus(std::time::Duration::from_mins(10)),
        };
        self.store.add_link(pass).await.unwrap();
        format!("/portal/in/{token}")
    }

    /// A browser without a session.
    pub(crate) fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: Vec::new(), language: "en" }
    }

    /// A browser that has opened a link of this scope.
    pub(crate) async fn visitor(&self, scope: PassScope) -> Browser {
        let link = self.link(scope, false).await;
        let mut browser = self.browser();
        assert_eq!(browser.get(&link).await.status, 303);
        browser
    }

    /// An operator's browser.
    pub(crate) async fn operator(&self) -> Browser {
        self.visitor(PassScope::Operator).await
    }

    /// A customer's browser.
    pub(crate) async fn customer(&self, app_id: AppId) -> Browser {
        self.visitor(PassScope::Application(app_id)).await
    }
}

fn inspector(engine: &Engine) -> Inspector {
    let world = engine.world();
    Inspector::new(InspectorWorld {
        store: Arc::clone(&world.store),
        dialects: world.dialects.clone(),
        clock: Arc::clone(&world.clock),
        dice: Arc::clone(&world.dice),
    })
}

impl Browser {
    /// Opens a page.
    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.send(Request::builder().uri(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form as it stands, with nothing added.
    pub(crate) async fn post_raw(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Opens the page `from`, and sends a form with its token to `path`.
    pub(crate) async fn post(&mut self, from: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(from).await;
        assert_eq!(page.status, 200, "{from}: {}", page.html);
        let csrf = page.csrf();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post_raw(path, &all).await
    }

    /// Opens a stream of events.
    pub(crate) async fn stream(&mut self, path: &str) -> Stream {
        let request = Request::builder().uri(path);
        let request = request.header("sec-fetch-mode", "cors").header("sec-fetch-dest", "empty");
        let (parts, body) = self.open(request.body(Body::empty()).unwrap()).await;
        Stream { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Sends a request with the browser's cookies, and reads the answer to its end.
    pub(crate) async fn send(&mut self, request: Request<Body>) -> Page {
        let (parts, body) = self.open(request).await;
        let body = body.collect().await.unwrap().to_bytes();
        Page {
            status: parts.status.as_u16(),
            headers: parts.headers,
            html: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    async fn open(&mut self, mut request: Request<Body>) -> (http::response::Parts, Body) {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers = request.headers_mut();
        if !cookies.is_empty() {
            headers.insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        headers.entry(header::ACCEPT_LANGUAGE).or_insert(self.language.parse().unwrap());
        headers.entry(header::HOST).or_insert("127.0.0.1:8080".parse().unwrap());
        headers.entry("sec-fetch-mode").or_insert("navigate".parse().unwrap());
        headers.entry("sec-fetch-dest").or_insert("document".parse().unwrap());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !rest.contains("Max-Age=0") {
                let value = rest.split(';').next().unwrap();
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        (parts, body)
    }
}

impl Stream {
    /// The next event as text; `None`: the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<String> {
        let frame = self.body.frame().await?.unwrap();
        Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap().trim().to_owned())
    }
}

impl Page {
    /// Where it leads on to.
    #[track_caller]
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER.as_u16(), "{}", self.html);
        self.headers[header::LOCATION].to_str().unwrap()
    }

    /// The token of its forms.
    #[track_caller]
    pub(crate) fn csrf(&self) -> String {
        let (_, rest) = self.html.split_once("name=\"csrf\" value=\"").expect("a form with a token");
        rest.split('"').next().unwrap().to_owned()
    }

    /// Fails unless all of these texts are on the page.
    #[track_caller]
    pub(crate) fn shows(&self, texts: &[&str]) {
        for text in texts {
            assert!(self.html.contains(text), "{text:?} is missing in {}: {}", self.status, self.html);
        }
    }

    /// Fails if one of these texts is on the page.
    #[track_caller]
    pub(crate) fn hides(&self, texts: &[&str]) {
        for text in texts {
            assert!(!self.html.contains(text), "{text:?} must not be in {}", self.html);
        }
    }
}
