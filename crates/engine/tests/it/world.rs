//! A small world: reference store, paused time, seeded dice, receivers by script.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use klingel_engine::deliver::{Failure, Headers, OutboundRequest, Response, Sent, Transport};
use klingel_engine::{Engine, Publish, Running, Settings, World, start};
use klingel_model::{
    AppId, Application, Attempt, Clock, Endpoint, EndpointHealth, EndpointId, EnvironmentId, ErrorClass,
    EventTypeName, Message, MessageId, Micros, RetrySchedule, SecretKey, SigningSecret,
};
use klingel_store::page::{Order, Page};
use klingel_store::{AppRef, AttemptFilter, EndpointRef, Reader};
use klingel_testkit::{MemoryStore, SeededDice};
use tokio::sync::Notify;

pub const ENV: EnvironmentId = EnvironmentId::from_u128(1);
pub const APP: AppId = AppId::from_u128(2);
const START: Micros = Micros::from_unix_us(1_700_000_000_000_000);

/// Time as tokio's paused runtime counts it.
#[derive(Debug)]
pub struct PausedClock(tokio::time::Instant);

impl Clock for PausedClock {
    fn now(&self) -> Micros {
        START.plus(self.monotonic())
    }
    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

/// What a receiver does with a request.
#[derive(Debug, Clone)]
pub enum Act {
    Answer(u16),
    RetryAfter(u16, &'static str),
    Refuse,
    Hang,
}

type Script = Box<dyn Fn(&str, usize) -> Act + Send + Sync>;

/// Receivers by script: the URL and how many requests it has had decide.
pub struct Scripted {
    script: Mutex<Script>,
    pub seen: Mutex<Vec<(String, OutboundRequest, Duration)>>,
    news: Notify,
    begun: tokio::time::Instant,
}

impl Transport for Scripted {
    fn send(&self, request: OutboundRequest) -> Sent<'_> {
        Box::pin(async move {
            let url = request.url.to_string();
            let act = {
                let mut seen = self.seen.lock().unwrap();
                let before = seen.iter().filter(|(other, ..)| *other == url).count();
                seen.push((url.clone(), request, self.begun.elapsed()));
                (self.script.lock().unwrap())(&url, before)
            };
            self.news.notify_waiters();
            let mut headers = Headers::new();
            let fail = |class, sentence: &str| {
                Err(Failure { class, sentence: sentence.to_owned(), status: 0, body: Bytes::new() })
            };
            match act {
                Act::Refuse => fail(ErrorClass::Connect, "No connection."),
                Act::Hang => {
                    tokio::time::sleep(Duration::from_secs(15)).await;
                    fail(ErrorClass::Timeout, "No answer within 15 s.")
                }
                Act::RetryAfter(status, after) => {
                    headers.insert(&http::header::RETRY_AFTER, after).unwrap();
                    Ok(Response { status, headers, body: Bytes::new() })
                }
                Act::Answer(status) => Ok(Response { status, headers, body: Bytes::from_static(b"fine") }),
            }
        })
    }
}

pub struct Bench {
    pub store: Arc<MemoryStore>,
    pub transport: Arc<Scripted>,
    pub clock: Arc<PausedClock>,
    pub running: Running,
}

pub fn settings() -> Settings {
    Settings { retry_jitter: klingel_model::Jitter { percent: 0 }, ..Settings::default() }
}

pub async fn bench(settings: Settings, script: impl Fn(&str, usize) -> Act + Send + Sync + 'static) -> Bench {
    let begun = tokio::time::Instant::now();
    let clock = Arc::new(PausedClock(begun));
    let store = Arc::new(MemoryStore::new());
    let transport = Arc::new(Scripted {
        script: Mutex::new(Box::new(script)),
        seen: Mutex::default(),
        news: Notify::new(),
        begun,
    });
    let running = start(world(&store, &transport, &clock), settings);
    let application = Application {
        id: APP,
        environment_id: ENV,
        uid: None,
        name: "shop".to_owned(),
        dialect: "standard".to_owned(),
        rate_limit_per_s: None,
        metadata: BTreeMap::new(),
        created_at: START,
        updated_at: START,
    };
    running.engine().add_application(application, None).await.unwrap();
    Bench { store, transport, clock, running }
}

pub fn world(store: &Arc<MemoryStore>, transport: &Arc<Scripted>, clock: &Arc<PausedClock>) -> World {
    World {
        store: Arc::clone(store) as _,
        transport: Arc::clone(transport) as _,
        dialects: klingel_dialects::all(),
        clock: Arc::clone(clock) as _,
        dice: Arc::new(SeededDice::new(7)),
    }
}

impl Bench {
    pub fn engine(&self) -> Engine {
        self.running.engine()
    }

    pub async fn endpoint(&self, n: u128, change: impl FnOnce(&mut Endpoint)) -> EndpointId {
        let mut endpoint = Endpoint {
            id: EndpointId::from_u128(n),
            app_id: APP,
            uid: None,
            url: format!("http://receiver-{n}.example/").into(),
            description: String::new(),
            disabled: false,
            event_types: None,
            channels: None,
            rate_limit_per_s: None,
            max_in_flight: 8,
            retry_schedule: Some(RetrySchedule::new([5, 60].map(Duration::from_secs)).unwrap()),
            headers: BTreeMap::new(),
            secrets: vec![SigningSecret { key: SecretKey::Symmetric(vec![7; 32]), expires_at: None }],
            dialect_settings_json: None,
            filter_json: None,
            metadata: BTreeMap::new(),
            health: EndpointHealth::default(),
            created_at: START,
            updated_at: START,
        };
        change(&mut endpoint);
        self.engine().add_endpoint(endpoint, None).await.unwrap();
        EndpointId::from_u128(n)
    }

    pub async fn publish(&self, payload: &'static str) -> Arc<Message> {
        let publish = Publish {
            event_type: EventTypeName::new("order.paid").unwrap(),
            payload: Bytes::from_static(payload.as_bytes()),
            channels: Vec::new(),
            event_id: None,
            payload_until: None,
            once: None,
            records: Vec::new(),
        };
        self.engine().publish(ENV, &AppRef::Id(APP), publish).await.unwrap().message
    }

    /// Waits until this many requests have been made.
    pub async fn requests(&self, count: usize) {
        loop {
            let news = self.transport.news.notified();
            if self.transport.seen.lock().unwrap().len() >= count {
                return;
            }
            news.await;
        }
    }

    /// When the requests to this endpoint were made, in seconds since the start.
    pub fn seconds(&self, n: u128) -> Vec<u64> {
        let url = format!("http://receiver-{n}.example/");
        let seen = self.transport.seen.lock().unwrap();
        seen.iter().filter(|(other, ..)| *other == url).map(|(.., at)| at.as_secs()).collect()
    }

    /// Lets this much time pass.
    pub async fn pass(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    pub async fn attempts(&self, message: MessageId) -> Vec<Attempt> {
        let page = Page { limit: 100, after: None, order: Order::Ascending };
        self.store.attempts_of_message(APP, message, page, AttemptFilter::default()).await.unwrap().items
    }

    pub async fn stored(&self, id: EndpointId) -> Endpoint {
        self.store.endpoint(APP, EndpointRef::Id(id)).await.unwrap().unwrap()
    }

    pub async fn unsettled(&self) -> u64 {
        let depth = self.store.depth().await.unwrap();
        depth.first_attempts + depth.retries
    }
}
