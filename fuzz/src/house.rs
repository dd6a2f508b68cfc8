//! A whole Klingel in this process: the router of the API and of every dialect, in front of the store in memory.

use std::cell::RefCell;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt as _;
use klingel_api::{ApiState, Mounted, router_with};
use klingel_engine::deliver::{Headers, OutboundRequest, Response, Sent, Transport};
use klingel_engine::{Running, Settings, World, keys, start};
use klingel_model::{ApiKey, ApiKeyId, Clock as _, Environment, EnvironmentId, Role};
use klingel_store::Catalog as _;
use klingel_testkit::{FakeClock, MemoryStore, SeededDice};
use serde_json::Value;
use tokio::runtime::Runtime;

/// Inputs after which everything is made anew: what they left would slow the store in memory down.
const INPUTS_MAX: u32 = 1_000;

/// Every receiver takes everything.
struct Yes;

impl Transport for Yes {
    fn send(&self, _: OutboundRequest) -> Sent<'_> {
        Box::pin(async { Ok(Response { status: 200, headers: Headers::new(), body: Bytes::new() }) })
    }
}

/// A running Klingel with an environment and a key to it.
pub(crate) struct House {
    runtime: Runtime,
    router: Router,
    key: String,
    inputs: u32,
    _running: Running,
}

/// Status and body of an answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Reply {
    /// The body as JSON; null if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// Where a target keeps its house, and what it made in it, from one input to the next.
pub(crate) struct Place<T>(RefCell<Option<(House, T)>>);

impl<T> Place<T> {
    /// Nothing yet.
    pub(crate) const fn empty() -> Self {
        Self(RefCell::new(None))
    }

    /// Runs in the house, which `furnish` makes ready when it is new.
    pub(crate) fn run(&self, furnish: impl FnOnce(&House) -> T, run: impl FnOnce(&House, &T)) {
        let mut place = self.0.borrow_mut();
        if place.as_ref().is_some_and(|(house, _)| house.inputs >= INPUTS_MAX) {
            *place = None;
        }
        let (house, furniture) = place.get_or_insert_with(|| {
            let house = House::new();
            let furniture = furnish(&house);
            (house, furniture)
        });
        house.inputs += 1;
        run(house, furniture);
    }
}

impl House {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime can be made");
        let (clock, dice) = (Arc::new(FakeClock::default()), Arc::new(SeededDice::new(42)));
        let store = Arc::new(MemoryStore::new());
        let environment_id = EnvironmentId::new(clock.now(), &*dice);
        let (key, digest) = keys::new_key(&*dice, Role::Admin);
        let running = runtime.block_on(async {
            let created_at = clock.now();
            let environment = Environment { id: environment_id, name: "fuzz".to_owned(), created_at };
            store.ensure_environment(environment).await.expect("memory takes it");
            let id = ApiKeyId::new(created_at, &*dice);
            let label = String::new();
            let key =
                ApiKey { id, environment_id, role: Role::Admin, digest, label, created_at, revoked_at: None };
            store.add_key(key).await.expect("memory takes it");
            let dialects = klingel_dialects::all();
            start(World { store, transport: Arc::new(Yes), dialects, clock, dice }, Settings::default())
        });
        let engine = running.engine();
        let mounted = klingel_dialects::vendors().into_iter().map(|vendor| Mounted {
            name: vendor.name(),
            management: vendor.management.map(|routes| routes(engine.clone())),
            feed: vendor.feed.map(|routes| routes(engine.clone())),
            doors: vendor.doors.map(|routes| routes(engine.clone())),
        });
        let router =
            router_with(ApiState::new(engine.clone(), "https://hooks.example".to_owned()), mounted.collect());
        Self { runtime, router, key, inputs: 0, _running: running }
    }

    /// Calls with the house's own key. Panics when the answer says that the server is at fault.
    pub(crate) fn call(&self, method: &str, path: &str, body: &[u8]) -> Reply {
        self.call_with(&self.key, method, path, body)
    }

    /// Calls with this key.
    pub(crate) fn call_with(&self, key: &str, method: &str, path: &str, body: &[u8]) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {key}"))
            .extension(ConnectInfo(std::net::SocketAddr::from(([127, 0, 0, 1], 4711))))
            .body(Body::from(body.to_vec()))
            .expect("targets write valid requests");
        self.runtime.block_on(async {
            let response = tower::ServiceExt::oneshot(self.router.clone(), request).await;
            let (parts, body) = response.expect("the router answers everything").into_parts();
            let body = body.collect().await.expect("answers are whole").to_bytes();
            let status = parts.status.as_u16();
            assert!(status < 500, "{method} {path}: {status} {}", String::from_utf8_lossy(&body));
            Reply { status, body }
        })
    }

    /// A call that makes the house ready, and must succeed.
    pub(crate) fn prepare(&self, method: &str, path: &str, body: &str) -> Value {
        let reply = self.call(method, path, body.as_bytes());
        assert!(
            (200..300).contains(&reply.status),
            "{method} {path}: {}",
            String::from_utf8_lossy(&reply.body)
        );
        reply.json()
    }
}
