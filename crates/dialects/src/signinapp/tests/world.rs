//! A small world: one account, one running engine, receivers that answer as they are told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::{Extension, Router};
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use klingel_engine::deliver::{Dialect as _, Headers, OutboundRequest, Response, Sent, Transport};
use klingel_engine::door::Managed;
use klingel_engine::{Engine, Running, Settings, World, start};
use klingel_model::{AppId, Application, Environment, EnvironmentId, Jitter, Micros};
use klingel_store::{Catalog, Reader};
use klingel_testkit::{FakeClock, MemoryStore, SeededDice};
use serde_json::Value;
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::signinapp::{SignInApp, vendor};

pub(super) const ENV: EnvironmentId = EnvironmentId::from_u128(1);
pub(super) const APP: AppId = AppId::from_u128(2);

/// Receivers: each request is kept and answered with the status that was set.
pub(super) struct Receivers {
    pub(super) seen: Mutex<Vec<OutboundRequest>>,
    pub(super) status: Mutex<u16>,
    news: Notify,
}

impl Transport for Receivers {
    fn send(&self, request: OutboundRequest) -> Sent<'_> {
        self.seen.lock().unwrap().push(request);
        let status = *self.status.lock().unwrap();
        self.news.notify_waiters();
        Box::pin(async move { Ok(Response { status, headers: Headers::new(), body: Bytes::new() }) })
    }
}

/// An answer of a route.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Reply {
    /// The body of an answer that must have this status.
    #[track_caller]
    pub(super) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { serde_json::from_str(&self.text).unwrap() }
    }
}

pub(super) struct Desk {
    pub(super) store: Arc<MemoryStore>,
    pub(super) receivers: Arc<Receivers>,
    pub(super) clock: Arc<FakeClock>,
    below: Router,
    doors: Router,
    running: Running,
}

impl Desk {
    /// An account with the site 4567 of the source document and the group 1.
    pub(super) async fn new(at: Micros) -> Self {
        let (store, clock) = (Arc::new(MemoryStore::new()), Arc::new(FakeClock::new(at)));
        let receivers =
            Arc::new(Receivers { seen: Mutex::default(), status: Mutex::new(200), news: Notify::new() });
        let world = World {
            store: Arc::clone(&store) as _,
            transport: Arc::clone(&receivers) as _,
            dialects: vec![Arc::new(SignInApp)],
            clock: Arc::clone(&clock) as _,
            dice: Arc::new(SeededDice::new(7)),
        };
        let environment = Environment { id: ENV, name: "default".to_owned(), created_at: at };
        store.ensure_environment(environment).await.unwrap();
        let running = start(world, Settings { retry_jitter: Jitter { percent: 0 }, ..Settings::default() });
        let application = application();
        running.engine().add_application(application.clone(), None).await.unwrap();
        let vendor = vendor();
        let (management, feed) = (vendor.management.unwrap(), vendor.feed.unwrap());
        let below = management(running.engine()).merge(feed(running.engine()));
        let managed = Managed { application: Arc::new(application) };
        let below = Router::new().nest("/api/v1/app/{app_id}/signinapp", below).layer(Extension(managed));
        let doors = vendor.doors.unwrap()(running.engine());
        let desk = Self { store, receivers, clock, below, doors, running };
        let site = r#"{"type":"standard","name":"Acme Co","timezone":"Europe/London"}"#;
        desk.call("PUT", "sites/4567", site).await.expect(201);
        desk.call("PUT", "groups/1", r#"{"name":"Visitors","type":"non-returning"}"#).await.expect(201);
        desk
    }

    pub(super) fn engine(&self) -> Engine {
        self.running.engine()
    }

    /// Calls a route below the application.
    pub(super) async fn call(&self, method: &str, path: &str, body: &str) -> Reply {
        let uri = format!("/api/v1/app/desk/signinapp/{path}");
        let request = Request::builder().method(method).uri(uri).body(Body::from(body.to_owned())).unwrap();
        reply(&self.below, request).await
    }

    /// Calls the Client API.
    pub(super) async fn read(&self, method: &str, path: &str, authorization: &str) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "example.signinapp.com")
            .header("x-forwarded-proto", "https")
            .header("authorization", authorization)
            .body(Body::empty())
            .unwrap();
        reply(&self.doors, request).await
    }

    /// Makes an API client and gives its `Authorization`.
    pub(super) async fn client(&self, permissions: &str) -> String {
        let body = format!(r#"{{"name":"Wallboard","permissions":{permissions}}}"#);
        let made = self.call("POST", "clients", &body).await.expect(201);
        basic(made["key"].as_str().unwrap(), made["secret"].as_str().unwrap())
    }

    /// Makes a notification of this event and gives its id.
    pub(super) async fn notification(&self, rest: &str) -> String {
        let body = format!(r#"{{"url":"https://your.url/","secret":"MySharedSecret",{rest}}}"#);
        self.call("POST", "notifications", &body).await.expect(201)["id"].as_str().unwrap().to_owned()
    }

    /// Signs a visitor in.
    pub(super) async fn sign_in(&self, id: i64) {
        let body =
            format!(r#"{{"site_id":4567,"group_id":1,"visitor":{{"id":{id},"name":"Visitor {id}"}}}}"#);
        self.call("POST", "visits", &body).await.expect(201);
    }

    /// Turns the dialect's chores by hand.
    pub(super) async fn chores(&self) {
        let engine = self.engine();
        for chore in SignInApp.chores() {
            (chore.turn)(engine.world(), engine.settings()).await.unwrap();
        }
    }

    /// Waits until this many requests have been made.
    pub(super) async fn arrived(&self, count: usize) {
        loop {
            let news = self.receivers.news.notified();
            if self.receivers.seen.lock().unwrap().len() >= count {
                return;
            }
            news.await;
        }
    }

    /// Waits until nothing is owed any more, and gives all requests.
    pub(super) async fn settled(&self, count: usize) -> Vec<OutboundRequest> {
        self.arrived(count).await;
        self.depth(0, 0).await;
        self.receivers.seen.lock().unwrap().clone()
    }

    /// Waits until so many deliveries wait for a first attempt and for a retry.
    pub(super) async fn depth(&self, first_attempts: u64, retries: u64) {
        loop {
            let depth = self.store.depth().await.unwrap();
            if (depth.first_attempts, depth.retries) == (first_attempts, retries) {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}

async fn reply(router: &Router, request: Request<Body>) -> Reply {
    let response = router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Reply { status, headers, text: String::from_utf8(body.to_vec()).unwrap() }
}

pub(super) fn basic(key: &str, secret: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD_NO_PAD.encode(format!("{key}:{secret}")))
}

pub(super) fn text(request: &OutboundRequest) -> String {
    String::from_utf8(request.body.to_vec()).unwrap()
}

/// The instant of the source document's example.
pub(super) fn example_time() -> Micros {
    Micros::parse_rfc3339("2020-01-01T12:00:01Z").unwrap()
}

fn application() -> Application {
    Application {
        id: APP,
        environment_id: ENV,
        uid: None,
        name: "Desk".to_owned(),
        dialect: "signinapp".to_owned(),
        rate_limit_per_s: None,
        metadata: BTreeMap::new(),
        created_at: Micros::default(),
        updated_at: Micros::default(),
    }
}
