//! The management API with every vendor and the fake one, in front of a running engine.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt as _;
use klingel_api::{ApiState, Mounted, router_with};
use klingel_dialects::Vendor;
use klingel_engine::deliver::{Headers, OutboundRequest, Response, Sent, Transport};
use klingel_engine::{Running, Settings, World, keys, start};
use klingel_model::{ApiKey, ApiKeyId, Clock as _, Environment, EnvironmentId, Role};
use klingel_store::Catalog as _;
use klingel_testkit::{FakeClock, MemoryStore, SeededDice};
use serde_json::Value;
use tokio::sync::Notify;
use tower::ServiceExt as _;

const ENV: EnvironmentId = EnvironmentId::from_u128(1);

/// Takes everything.
#[derive(Debug, Default)]
pub struct LetterBox {
    seen: Mutex<Vec<OutboundRequest>>,
    news: Notify,
}

impl Transport for LetterBox {
    fn send(&self, request: OutboundRequest) -> Sent<'_> {
        self.seen.lock().unwrap().push(request);
        self.news.notify_one();
        Box::pin(async { Ok(Response { status: 200, headers: Headers::new(), body: Bytes::new() }) })
    }
}

pub struct House {
    pub world: World,
    letter_box: Arc<LetterBox>,
    router: Router,
    _running: Running,
}

impl House {
    /// Mounts the vendors as the program does: by what they hand over, and nothing that knows them.
    pub async fn new(vendors: Vec<Vendor>) -> Self {
        let (store, clock) = (Arc::new(MemoryStore::new()), Arc::new(FakeClock::default()));
        let environment = Environment { id: ENV, name: "default".to_owned(), created_at: clock.now() };
        store.ensure_environment(environment).await.unwrap();
        let letter_box = Arc::new(LetterBox::default());
        let world = World {
            store,
            transport: Arc::clone(&letter_box) as _,
            dialects: vendors.iter().map(|vendor| Arc::clone(&vendor.dialect)).collect(),
            clock,
            dice: Arc::new(SeededDice::new(5)),
        };
        let running = start(world.clone(), Settings::default());
        let mounted = vendors.iter().map(|vendor| Mounted {
            name: vendor.name(),
            management: vendor.management.map(|routes| routes(running.engine())),
            feed: vendor.feed.map(|routes| routes(running.engine())),
            doors: vendor.doors.map(|routes| routes(running.engine())),
        });
        let router =
            router_with(ApiState::new(running.engine(), "http://127.0.0.1".to_owned()), mounted.collect());
        Self { world, letter_box, router, _running: running }
    }

    /// A key of this role.
    pub async fn key(&self, role: Role) -> String {
        let (text, digest) = keys::new_key(&*self.world.dice, role);
        let created_at = self.world.clock.now();
        let id = ApiKeyId::new(created_at, &*self.world.dice);
        let label = "test".to_owned();
        let key = ApiKey { id, environment_id: ENV, role, digest, label, created_at, revoked_at: None };
        self.world.store.add_key(key).await.unwrap();
        text
    }

    /// Calls a path: status, and body as JSON or text.
    pub async fn call(&self, key: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
        let request =
            Request::builder().method(method).uri(path).header("authorization", format!("Bearer {key}"));
        let request =
            request.header("content-type", "application/json").body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Waits for a request to go out.
    pub async fn arrival(&self) -> OutboundRequest {
        loop {
            if let Some(request) = self.letter_box.seen.lock().unwrap().pop() {
                return request;
            }
            self.letter_box.news.notified().await;
        }
    }
}
