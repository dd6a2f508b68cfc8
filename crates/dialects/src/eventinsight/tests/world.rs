//! A small world: one organiser, one running engine, receivers that answer as they are told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::{Extension, Router};
use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt;
use klingel_engine::deliver::{Failure, Headers, OutboundRequest, Response, Sent, Transport};
use klingel_engine::door::Managed;
use klingel_engine::{Engine, Publish, Refusal, Running, Settings, World, start};
use klingel_model::{AppId, Application, ChannelName, EnvironmentId, ErrorClass, EventTypeName, Micros};
use klingel_store::{AppRef, Reader};
use klingel_testkit::{FakeClock, MemoryStore, SeededDice};
use serde_json::Value;
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::eventinsight::{EventInsight, vendor};

const ENV: EnvironmentId = EnvironmentId::from_u128(1);
pub(super) const APP: AppId = AppId::from_u128(2);

/// Receivers: each request is kept; the status is what was set, 0 for no connection.
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
        Box::pin(async move {
            if status == 0 {
                let sentence = "No connection.".to_owned();
                let class = ErrorClass::Connect;
                return Err(Failure { class, sentence, status: 0, body: Bytes::new() });
            }
            Ok(Response { status, headers: Headers::new(), body: Bytes::from_static(b"thanks") })
        })
    }
}

/// An answer of a route.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) text: String,
}

impl Reply {
    /// The body of an answer that must have this status.
    #[track_caller]
    pub(super) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { serde_json::from_str(&self.text).unwrap() }
    }

    /// The places of a 422.
    #[track_caller]
    pub(super) fn place(&self) -> String {
        let parts = self.expect(422)["detail"][0]["loc"].as_array().unwrap().clone();
        parts.iter().map(|part| part.as_str().unwrap()).collect::<Vec<_>>().join(".")
    }
}

pub(super) struct Organiser {
    pub(super) store: Arc<MemoryStore>,
    pub(super) receivers: Arc<Receivers>,
    pub(super) clock: Arc<FakeClock>,
    router: Router,
    running: Running,
}

impl Organiser {
    pub(super) async fn new() -> Self {
        let (store, clock) = (Arc::new(MemoryStore::new()), Arc::new(FakeClock::default()));
        let receivers =
            Arc::new(Receivers { seen: Mutex::default(), status: Mutex::new(200), news: Notify::new() });
        let world = World {
            store: Arc::clone(&store) as _,
            transport: Arc::clone(&receivers) as _,
            dialects: vec![Arc::new(EventInsight)],
            clock: Arc::clone(&clock) as _,
            dice: Arc::new(SeededDice::new(7)),
        };
        let running = start(world, Settings::default());
        let application = application();
        running.engine().add_application(application.clone(), None).await.unwrap();
        let vendor = vendor();
        let (management, feed) = (vendor.management.unwrap(), vendor.feed.unwrap());
        let below = management(running.engine()).merge(feed(running.engine()));
        let managed = Managed { application: Arc::new(application) };
        let router = Router::new().nest("/api/v1/app/{app_id}/eventinsight", below).layer(Extension(managed));
        Self { store, receivers, clock, router, running }
    }

    pub(super) fn engine(&self) -> Engine {
        self.running.engine()
    }

    /// Calls a route below the application.
    pub(super) async fn call(&self, method: &str, path: &str, body: &str) -> Reply {
        let uri = format!("/api/v1/app/fair/eventinsight/{path}");
        let request = Request::builder().method(method).uri(uri).body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Reply { status, text: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// Makes a webhook at `http://{name}.example/` and gives its id.
    pub(super) async fn webhook(&self, name: &str, is_active: bool, triggers: &str, events: &str) -> String {
        let body = format!(
            r#"{{"name":"{name}","is_active":{is_active},"url":"http://{name}.example/","triggers":{triggers},"events":{events}}}"#
        );
        let made = self.call("POST", "webhooks", &body).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Posts a plain message, as the management API does.
    pub(super) async fn publish(
        &self,
        event_type: &str,
        payload: &str,
        channels: &[&str],
    ) -> Result<(), Refusal> {
        let publish = Publish {
            event_type: EventTypeName::new(event_type).unwrap(),
            payload: Bytes::from(payload.to_owned()),
            channels: channels.iter().map(|name| ChannelName::new(name).unwrap()).collect(),
            event_id: None,
            payload_until: None,
            once: None,
            records: Vec::new(),
        };
        self.engine().publish(ENV, &AppRef::Id(APP), publish).await.map(|_| ())
    }

    /// Waits until this many requests have been made and everything is settled, and gives them.
    pub(super) async fn requests(&self, count: usize) -> Vec<(String, String)> {
        loop {
            let news = self.receivers.news.notified();
            if self.receivers.seen.lock().unwrap().len() >= count {
                break;
            }
            news.await;
        }
        loop {
            let depth = self.store.depth().await.unwrap();
            if depth.first_attempts + depth.retries == 0 {
                break;
            }
            tokio::task::yield_now().await;
        }
        let seen = self.receivers.seen.lock().unwrap();
        let text = |request: &OutboundRequest| String::from_utf8(request.body.to_vec()).unwrap();
        seen.iter().map(|request| (request.url.to_string(), text(request))).collect()
    }

    /// The bodies of the requests so far.
    pub(super) async fn bodies(&self, count: usize) -> Vec<String> {
        self.requests(count).await.into_iter().map(|(_, body)| body).collect()
    }
}

fn application() -> Application {
    Application {
        id: APP,
        environment_id: ENV,
        uid: None,
        name: "Organiser".to_owned(),
        dialect: "eventinsight".to_owned(),
        rate_limit_per_s: None,
        metadata: BTreeMap::new(),
        created_at: Micros::default(),
        updated_at: Micros::default(),
    }
}

/// All six triggers.
pub(super) const ALL: &str =
    r#"{"user":{"new":true,"update":true,"delete":true},"company":{"new":true,"update":true,"delete":true}}"#;
