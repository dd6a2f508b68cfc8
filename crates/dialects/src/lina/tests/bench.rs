//! A small world: reference store, paused time, seeded dice, a receiver by script.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use klingel_engine::deliver::{Headers, OutboundRequest, Response, Sent, Transport};
use klingel_engine::door::Managed;
use klingel_engine::{Running, Settings, World, start};
use klingel_model::{AppId, Application, Attempt, Clock, Endpoint, Environment, EnvironmentId, Micros};
use klingel_store::page::{Order, Page};
use klingel_store::{AttemptFilter, Catalog, MessageFilter, Reader};
use klingel_testkit::{FakeClock, MemoryStore, SeededDice};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower::ServiceExt;

pub const APP: AppId = AppId::from_u128(2);
pub const OTHER_APP: AppId = AppId::from_u128(3);
const ENV: EnvironmentId = EnvironmentId::from_u128(1);
const START: Micros = Micros::from_unix_us(1_700_000_000_000_000);
/// Where calls of the tests come from.
pub const PEER: &str = "192.0.2.1";

/// Time as tokio's paused runtime counts it.
#[derive(Debug)]
struct PausedClock(tokio::time::Instant);

impl Clock for PausedClock {
    fn now(&self) -> Micros {
        START.plus(self.monotonic())
    }
    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A receiver that answers with one status and remembers what came.
#[derive(Debug)]
struct Receiver {
    status: u16,
    seen: Mutex<Vec<OutboundRequest>>,
    news: Notify,
}

impl Transport for Receiver {
    fn send(&self, request: OutboundRequest) -> Sent<'_> {
        Box::pin(async move {
            self.seen.lock().unwrap().push(request);
            self.news.notify_waiters();
            let body = Bytes::from_static(b"noted");
            Ok(Response { status: self.status, headers: Headers::new(), body })
        })
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub json: Value,
}

pub struct Bench {
    pub store: Arc<MemoryStore>,
    receiver: Arc<Receiver>,
    running: Running,
    doors: Router,
}

pub async fn bench() -> Bench {
    bench_answering(200).await
}

pub async fn bench_answering(status: u16) -> Bench {
    let store = Arc::new(MemoryStore::new());
    let receiver = Arc::new(Receiver { status, seen: Mutex::default(), news: Notify::new() });
    let world = World {
        store: Arc::clone(&store) as _,
        transport: Arc::clone(&receiver) as _,
        dialects: vec![crate::lina::vendor().dialect],
        clock: Arc::new(PausedClock(tokio::time::Instant::now())),
        dice: Arc::new(SeededDice::new(7)),
    };
    let environment = Environment { id: ENV, name: "default".to_owned(), created_at: START };
    store.ensure_environment(environment).await.unwrap();
    let running = start(world, Settings::default());
    for id in [APP, OTHER_APP] {
        running.engine().add_application(application(id), None).await.unwrap();
    }
    let doors = crate::lina::doors::router(running.engine());
    let bench = Bench { store, receiver, running, doors };
    for app in [APP, OTHER_APP] {
        let booked = json!({"bookedEndpoints": ["personal", "bwa"]});
        assert_eq!(bench.manage(app, "PUT", "/store", booked).await.status, 200);
    }
    bench
}

pub fn application(id: AppId) -> Application {
    Application {
        id,
        environment_id: ENV,
        uid: None,
        name: "Restaurant".to_owned(),
        dialect: "lina".to_owned(),
        rate_limit_per_s: None,
        metadata: BTreeMap::new(),
        created_at: START,
        updated_at: START,
    }
}

async fn answered(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    Answer { status, json: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
}

impl Bench {
    /// A call at the vendor's doors, as it stands.
    pub async fn raw(&self, mut request: Request<Body>, peer: Option<&str>) -> Answer {
        if let Some(peer) = peer {
            let address = SocketAddr::new(peer.parse().unwrap(), 4711);
            request.extensions_mut().insert(ConnectInfo(address));
        }
        answered(self.doors.clone(), request).await
    }

    /// A call with a key.
    pub async fn call(&self, key: &str, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("authorization", format!("Bearer {key}")).body(body.into()).unwrap();
        self.raw(request, Some(PEER)).await
    }

    /// Registers a hook and gives its uuid.
    pub async fn register(&self, key: &str, url: &str) -> String {
        let body = json!({"hookKey": "personalData", "url": url}).to_string();
        let answer = self.call(key, "POST", "/extern/personal/registerWebhook", body).await;
        assert_eq!(answer.status, 200, "{:?}", answer.json);
        answer.json["uuid"].as_str().unwrap().to_owned()
    }

    /// The hooks that the holder of the key sees.
    pub async fn listed(&self, key: &str) -> Vec<Value> {
        let answer = self.call(key, "GET", "/extern/personal/listWebhook", "").await;
        assert_eq!(answer.status, 200, "{:?}", answer.json);
        answer.json.as_array().unwrap().clone()
    }

    /// A call below the management API, at management and feed alike.
    pub async fn manage(&self, app: AppId, method: &str, path: &str, body: Value) -> Answer {
        let engine = self.running.engine();
        let below = crate::lina::management::router(engine.clone()).merge(crate::lina::feed::router(engine));
        let router = Router::new().nest("/api/v1/app/{app_id}/lina", below);
        let uri = format!("/api/v1/app/{app}/lina{path}");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let mut request = Request::builder().method(method).uri(uri).body(body).unwrap();
        request.extensions_mut().insert(Managed { application: Arc::new(application(app)) });
        answered(router, request).await
    }

    /// A key of this operator to the store, for every address.
    pub async fn key(&self, app: AppId, operator: &str) -> String {
        self.key_with(
            app,
            json!({"name": "Test", "operator": operator, "ipAddress": "*", "scopes": ["personal_read"]}),
        )
        .await
        .0
    }

    /// A key as described: its text and id.
    pub async fn key_with(&self, app: AppId, new: Value) -> (String, String) {
        let answer = self.manage(app, "POST", "/key", new).await;
        assert_eq!(answer.status, 201, "{:?}", answer.json);
        let text = |name: &str| answer.json[name].as_str().unwrap().to_owned();
        (text("key"), text("id"))
    }

    /// Waits until this many requests have gone out, and gives URL and body of each.
    pub async fn sent(&self, count: usize) -> Vec<(String, String)> {
        loop {
            let news = self.receiver.news.notified();
            let seen = self.requests();
            if seen.len() >= count {
                return seen;
            }
            news.await;
        }
    }

    /// What has gone out.
    pub fn requests(&self) -> Vec<(String, String)> {
        let seen = self.receiver.seen.lock().unwrap();
        let read = |request: &OutboundRequest| {
            assert_eq!(request.headers.text("content-type"), Some("application/json"));
            (request.url.to_string(), String::from_utf8(request.body.to_vec()).unwrap())
        };
        seen.iter().map(read).collect()
    }

    /// Lets everything settle, and gives how many requests have gone out in all.
    pub async fn sent_in_all(&self) -> usize {
        tokio::time::sleep(Duration::from_mins(1)).await;
        let depth = self.store.depth().await.unwrap();
        assert_eq!(depth.first_attempts + depth.retries, 0, "nothing waits any more");
        self.requests().len()
    }

    /// Messages of the store.
    pub async fn messages(&self, app: AppId) -> usize {
        let page = Page { limit: 250, after: None, order: Order::Ascending };
        self.store.messages(app, page, MessageFilter::default()).await.unwrap().items.len()
    }

    /// Attempts of all messages of the store.
    pub async fn attempts(&self, app: AppId) -> Vec<Attempt> {
        let page = Page { limit: 250, after: None, order: Order::Ascending };
        let messages = self.store.messages(app, page, MessageFilter::default()).await.unwrap().items;
        let mut all = Vec::new();
        for message in messages {
            let page = Page { limit: 250, after: None, order: Order::Ascending };
            let filter = AttemptFilter::default();
            all.extend(self.store.attempts_of_message(app, message.id, page, filter).await.unwrap().items);
        }
        all
    }

    /// Turns the dialect's chores by hand, so long after now.
    pub async fn chores_after(&self, time: Duration) {
        let engine = self.engine();
        let later = engine.world().clock.now().plus(time);
        let world = World { clock: Arc::new(FakeClock::new(later)), ..engine.world().clone() };
        for chore in crate::lina::vendor().dialect.chores() {
            (chore.turn)(&world, engine.settings()).await.unwrap();
        }
    }

    /// Endpoints of the store.
    pub async fn endpoints(&self, app: AppId) -> Vec<Endpoint> {
        let page = Page { limit: 250, after: None, order: Order::Ascending };
        self.store.endpoints(app, page).await.unwrap().items
    }
}

impl Bench {
    /// The engine.
    pub fn engine(&self) -> klingel_engine::Engine {
        self.running.engine()
    }

    /// Stops the engine, for tests that make several worlds.
    pub async fn stop(self) {
        self.running.stop(Duration::from_secs(1)).await;
    }
}
