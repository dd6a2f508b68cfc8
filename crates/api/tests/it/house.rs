//! A whole Klingel in front of an in-memory store, with a clock that stands still and a network that never answers.

use std::future::pending;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::BodyExt;
use klingel_api::{ApiState, PublishCall, PublishDoor, PublishTarget, router};
use klingel_engine::deliver::{
    Dialect, Failure, Headers, OutboundRequest, Response, Sending, Sent, Transport, UnfitSecret, Unsendable,
    Verdict,
};
use klingel_engine::{Publish, Refusal, Running, Settings, World, keys, start};
use klingel_model::{
    ApiKey, ApiKeyId, Clock, Dice, Environment, EnvironmentId, Micros, RetrySchedule, Role, SecretKey,
};
use klingel_store::Catalog;
use klingel_testkit::{FakeClock, MemoryStore, SeededDice};
use serde_json::Value;
use tower::ServiceExt;

use crate::choosy::Choosy;

/// A network where everything stays under way, but for one host that answers.
struct Silence;

/// The host that answers: 200 and the body that it got.
pub(crate) const ECHO: &str = "https://echo.example/";

impl Transport for Silence {
    fn send(&self, request: OutboundRequest) -> Sent<'_> {
        if &*request.url != ECHO {
            return Box::pin(pending());
        }
        let answer = Response { status: 200, headers: Headers::new(), body: request.body };
        Box::pin(std::future::ready(Ok(answer)))
    }
}

/// A dialect with a bug, to see what a panic does.
struct Explosive;

impl Dialect for Explosive {
    fn name(&self) -> &'static str {
        "explosive"
    }

    fn write(&self, _: &Sending<'_>) -> Result<OutboundRequest, Unsendable> {
        Err(Unsendable("never".to_owned()))
    }

    fn read(&self, _: &Result<Response, Failure>, _: Micros) -> Verdict {
        Verdict::GiveUp
    }

    fn retry_schedule(&self) -> RetrySchedule {
        RetrySchedule::standard()
    }

    fn new_secret(&self, _: &dyn Dice) -> Option<SecretKey> {
        panic!("a bug of this dialect")
    }

    fn shape(&self, _: Publish, _: Micros, _: &dyn Dice) -> Result<Publish, Refusal> {
        panic!("a bug in its shapes")
    }

    fn parse_secret(&self, _: &str) -> Result<SecretKey, UnfitSecret> {
        Err(UnfitSecret("takes none".to_owned()))
    }
}

pub(crate) struct House {
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) dice: Arc<SeededDice>,
    /// The environment of [`House::admin`].
    pub(crate) environment_id: EnvironmentId,
    /// A key with the role admin.
    pub(crate) admin: String,
    /// A key with the role admin in another environment.
    pub(crate) stranger: String,
    router: Router,
    door: PublishDoor,
    _running: Running,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.body))
    }

    /// The JSON body of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:?}", self.body);
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// The places of a 422.
    #[track_caller]
    pub(crate) fn faults(&self) -> Vec<String> {
        let detail = &self.expect(422)["detail"];
        let place = |fault: &Value| {
            let parts = fault["loc"].as_array().unwrap().iter().map(|part| part.as_str().unwrap());
            parts.collect::<Vec<_>>().join(".")
        };
        detail.as_array().unwrap().iter().map(place).collect()
    }
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let clock = Arc::new(FakeClock::default());
        let dice = Arc::new(SeededDice::new(42));
        let store = Arc::new(MemoryStore::new());
        let mut dialects = klingel_dialects::all();
        dialects.push(Arc::new(Explosive));
        dialects.push(Arc::new(Choosy));
        let world = World {
            store: Arc::clone(&store) as _,
            transport: Arc::new(Silence),
            dialects,
            clock: Arc::clone(&clock) as _,
            dice: Arc::clone(&dice) as _,
        };
        let running = start(world, settings);
        let state = ApiState::new(running.engine(), "https://hooks.example".to_owned());
        let door = PublishDoor::new(state.clone());
        let router = router(state);
        let environment_id = EnvironmentId::new(clock.now(), &*dice);
        let mut house = Self {
            clock,
            store,
            dice,
            environment_id,
            admin: String::new(),
            stranger: String::new(),
            router,
            door,
            _running: running,
        };
        house.environment(environment_id, "production").await;
        let other = EnvironmentId::new(house.clock.now(), &*house.dice);
        house.environment(other, "staging").await;
        house.admin = house.key(Role::Admin).await.0;
        house.stranger = house.key_in(other, Role::Admin).await.0;
        house
    }

    async fn environment(&self, id: EnvironmentId, name: &str) {
        let environment = Environment { id, name: name.to_owned(), created_at: self.clock.now() };
        self.store.ensure_environment(environment).await.unwrap();
    }

    /// A new key of the house's environment.
    pub(crate) async fn key(&self, role: Role) -> (String, ApiKeyId) {
        self.key_in(self.environment_id, role).await
    }

    async fn key_in(&self, environment_id: EnvironmentId, role: Role) -> (String, ApiKeyId) {
        let (text, digest) = keys::new_key(&*self.dice, role);
        let created_at = self.clock.now();
        let id = ApiKeyId::new(created_at, &*self.dice);
        let label = "test".to_owned();
        let key = ApiKey { id, environment_id, role, digest, label, created_at, revoked_at: None };
        self.store.add_key(key).await.unwrap();
        (text, id)
    }

    /// Sends a request as it is, answered by whom the server lets answer it.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let known = request.body().size_hint().exact();
        let short = known.is_some_and(|bytes| bytes <= self.door.body_bytes_max() as u64);
        if !(short && Self::is_for_the_door(&request)) {
            return self.send_to_router(request).await;
        }
        let (parts, body) = request.into_parts();
        let body = body.collect().await.expect("the body is whole").to_bytes();
        let header = |name| parts.headers.get(name).map(HeaderValue::as_bytes);
        let call = PublishCall {
            authorization: header("authorization"),
            idempotency_key: header("idempotency-key"),
            body: &body,
        };
        let target = parts.uri.to_string();
        let target = PublishTarget::of(&target).expect("it is for the door");
        let (parts, body) = self.door.answer(target, call).await.into_parts();
        Reply { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Sends a request to the router, whatever it is.
    pub(crate) async fn send_to_router(&self, request: Request<Body>) -> Reply {
        Self::reply(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// Whether the door for publish calls answers a request.
    pub(crate) fn is_for_the_door(request: &Request<Body>) -> bool {
        request.method() == Method::POST && PublishTarget::of(&request.uri().to_string()).is_some()
    }

    async fn reply(response: http::Response<Body>) -> Reply {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Reply { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Calls `METHOD /api/v1…` with a key.
    pub(crate) async fn call(&self, key: &str, method: &str, path: &str, body: impl Into<Body>) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {key}"))
            .body(body.into())
            .unwrap();
        self.send(request).await
    }

    /// The same with an idempotency key.
    pub(crate) async fn call_once(&self, once: &str, path: &str, body: &str) -> Reply {
        let request = Request::builder()
            .method("POST")
            .uri(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {}", self.admin))
            .header("idempotency-key", once)
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call(&self.admin, "GET", path, Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Reply {
        self.call(&self.admin, "POST", path, body.to_owned()).await
    }

    pub(crate) async fn put(&self, path: &str, body: &str) -> Reply {
        self.call(&self.admin, "PUT", path, body.to_owned()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &str) -> Reply {
        self.call(&self.admin, "PATCH", path, body.to_owned()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.call(&self.admin, "DELETE", path, Body::empty()).await
    }

    /// Makes an application and gives its id.
    pub(crate) async fn app(&self, uid: &str) -> String {
        let made = self.post("/app", &format!(r#"{{"name":"N","uid":"{uid}"}}"#)).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Makes an endpoint and gives its id.
    pub(crate) async fn endpoint(&self, app: &str, uid: &str) -> String {
        let body = format!(r#"{{"url":"https://example.com/{uid}","uid":"{uid}"}}"#);
        let made = self.post(&format!("/app/{app}/endpoint"), &body).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Posts a message and gives its id.
    pub(crate) async fn message(&self, app: &str, body: &str) -> String {
        let made = self.post(&format!("/app/{app}/msg"), body).await.expect(202);
        made["id"].as_str().unwrap().to_owned()
    }
}
