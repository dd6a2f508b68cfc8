//! What the cases are played with: nouns with times and ids from a counter, and short forms of the verbs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use klingel_model::id::Kind;
use klingel_model::{
    AppId, Application, Attempt, AttemptStatus, DeliveryKey, Endpoint, EndpointHealth, EndpointId,
    Environment, EventTypeName, Id, Message, MessageSeq, Micros, SecretKey, SigningSecret, Trigger, Uid,
};

use crate::{Admission, Admitted, Order, Outcome, Page, Settlement, Store, Waiting, Written};

/// Most endpoints of an application, where a case does not care.
pub(super) const MANY: u64 = 1000;
/// Items of a page, where a case does not care.
pub(super) const ALL: usize = 1000;

/// A fresh store, and a clock that goes on by a millisecond with every look at it.
pub(super) struct Scene {
    pub(super) store: Arc<dyn Store>,
    ticks: AtomicU64,
}

/// An instant so many seconds after the beginning of every case. Negative ones are before it.
pub(super) fn at(seconds: i64) -> Micros {
    Micros::from_unix_us((1_800_000_000 + seconds) * 1_000_000)
}

pub(super) fn uid(text: &str) -> Uid {
    Uid::new(text).expect("cases use good names")
}

pub(super) fn event_type(text: &str) -> EventTypeName {
    EventTypeName::new(text).expect("cases use good names")
}

/// The first page of at most `limit` items, oldest first.
pub(super) fn page<K>(limit: usize) -> Page<K> {
    Page { limit, after: None, order: Order::Ascending }
}

/// The first page of at most `limit` items, newest first.
pub(super) fn newest<K>(limit: usize) -> Page<K> {
    Page { limit, after: None, order: Order::Descending }
}

impl Scene {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, ticks: AtomicU64::new(0) }
    }

    /// A new instant, within the first seconds after `at(0)`.
    pub(super) fn now(&self) -> Micros {
        at(0).plus(Duration::from_millis(self.ticks.fetch_add(1, Ordering::Relaxed)))
    }

    /// A new id, later than those before it.
    pub(super) fn id<K: Kind>(&self) -> Id<K> {
        self.id_at(self.now())
    }

    /// A new id of this instant.
    pub(super) fn id_at<K: Kind>(&self, time: Micros) -> Id<K> {
        let tick = self.ticks.fetch_add(1, Ordering::Relaxed);
        Id::from_u128(Id::<K>::floor_of(time).as_u128() | (2 << 62) | u128::from(tick))
    }

    pub(super) async fn environment(&self, name: &str) -> Environment {
        let environment = Environment { id: self.id(), name: name.to_owned(), created_at: self.now() };
        self.store.ensure_environment(environment).await.expect("an environment can be made")
    }

    /// An application that is not in the store yet.
    pub(super) fn new_application(&self, environment: &Environment) -> Application {
        let now = self.now();
        Application {
            id: self.id(),
            environment_id: environment.id,
            uid: None,
            name: "a shop".to_owned(),
            dialect: "standard".to_owned(),
            rate_limit_per_s: None,
            metadata: [("colour".to_owned(), "grün".to_owned())].into(),
            created_at: now,
            updated_at: now,
        }
    }

    pub(super) async fn application_in(&self, environment: &Environment) -> Application {
        let application = self.new_application(environment);
        let written = self.store.add_application(application.clone(), None).await;
        assert_eq!(written, Ok(Written::Fresh));
        application
    }

    /// An application in an environment of its own.
    pub(super) async fn application(&self) -> Application {
        let tick = self.ticks.fetch_add(1, Ordering::Relaxed);
        let environment = self.environment(&format!("environment {tick}")).await;
        self.application_in(&environment).await
    }

    /// An endpoint that is not in the store yet.
    pub(super) fn new_endpoint(&self, app_id: AppId) -> Endpoint {
        let now = self.now();
        Endpoint {
            id: self.id(),
            app_id,
            uid: None,
            url: "https://example.com/hook".into(),
            description: String::new(),
            disabled: false,
            event_types: None,
            channels: None,
            rate_limit_per_s: None,
            max_in_flight: 64,
            retry_schedule: None,
            headers: [("x-token".to_owned(), "t0p s3cret".to_owned())].into(),
            secrets: vec![SigningSecret { key: SecretKey::Symmetric(vec![7; 32]), expires_at: None }],
            dialect_settings_json: None,
            filter_json: None,
            metadata: [].into(),
            health: EndpointHealth::default(),
            created_at: now,
            updated_at: now,
        }
    }

    pub(super) async fn endpoint(&self, application: &Application) -> Endpoint {
        let endpoint = self.new_endpoint(application.id);
        let written = self.store.add_endpoint(endpoint.clone(), MANY, None).await;
        assert_eq!(written, Ok(Written::Fresh));
        endpoint
    }

    /// An application with one endpoint.
    pub(super) async fn pair(&self) -> (Application, Endpoint) {
        let application = self.application().await;
        let endpoint = self.endpoint(&application).await;
        (application, endpoint)
    }

    /// A message that is not in the store yet.
    pub(super) fn new_message(&self, application: &Application) -> Message {
        self.new_message_at(application, self.now())
    }

    /// A message of this instant that is not in the store yet.
    pub(super) fn new_message_at(&self, application: &Application, created_at: Micros) -> Message {
        Message {
            id: self.id_at(created_at),
            environment_id: application.environment_id,
            app_id: application.id,
            event_id: None,
            event_type: event_type("visitor.signin"),
            channels: Arc::from([]),
            payload: Some(Bytes::from_static(b"{ \"n\" : 1 }")),
            created_at,
            payload_until: None,
        }
    }

    /// Admits a message for these endpoints.
    pub(super) async fn admit_message(&self, message: &Message, endpoints: &[&Endpoint]) -> MessageSeq {
        let admitted = self.store.admit(admission(message, endpoints)).await;
        match admitted {
            Ok(Admitted::New(seq)) => seq,
            other => panic!("not admitted: {other:?}"),
        }
    }

    /// Admits a new message for these endpoints.
    pub(super) async fn admit(
        &self,
        application: &Application,
        endpoints: &[&Endpoint],
    ) -> (Message, MessageSeq) {
        let message = self.new_message(application);
        let seq = self.admit_message(&message, endpoints).await;
        (message, seq)
    }

    /// An attempt of this message to this endpoint, by the schedule.
    pub(super) fn attempt(&self, message: &Message, endpoint_id: EndpointId, number: u32) -> Attempt {
        let started_at = self.now();
        Attempt {
            id: self.id_at(started_at),
            app_id: message.app_id,
            message_id: message.id,
            endpoint_id,
            url: "https://example.com/hook".into(),
            number,
            trigger: Trigger::Schedule,
            started_at,
            duration: Duration::from_millis(12),
            status: AttemptStatus::Success,
            response_status: 200,
            response_body: Bytes::from_static(b"ok"),
            error_class: None,
            error: None,
            next_attempt_at: None,
        }
    }

    /// A settlement with its attempt, whose status fits the outcome.
    pub(super) fn settlement(
        &self,
        message: &Message,
        key: DeliveryKey,
        number: u32,
        outcome: Outcome,
    ) -> Settlement {
        let is_success = outcome == Outcome::Delivered;
        let attempt = Attempt {
            trigger: key.trigger,
            status: if is_success { AttemptStatus::Success } else { AttemptStatus::Fail },
            response_status: if is_success { 200 } else { 500 },
            ..self.attempt(message, key.endpoint_id, number)
        };
        Settlement { key, attempt: Some(attempt), outcome, health: None }
    }

    /// Settles one delivery with an attempt.
    pub(super) async fn settle(&self, message: &Message, key: DeliveryKey, number: u32, outcome: Outcome) {
        let settlement = self.settlement(message, key, number, outcome);
        self.store.settle(Arc::new(vec![settlement])).await.expect("a settlement is taken");
    }

    /// All deliveries of an endpoint without an attempt.
    pub(super) async fn first_attempts(&self, endpoint: &Endpoint) -> Vec<Waiting> {
        self.store.first_attempts(endpoint.id, MessageSeq(0), ALL).await.expect("a read")
    }

    /// All retries and manual deliveries of an endpoint.
    pub(super) async fn due(&self, endpoint: &Endpoint) -> Vec<Waiting> {
        self.store.due(endpoint.id, at(1_000_000_000), ALL).await.expect("a read").work
    }

    /// The endpoint as the store has it.
    pub(super) async fn stored_endpoint(&self, endpoint: &Endpoint) -> Endpoint {
        let found = self.store.endpoint_by_id(endpoint.id).await.expect("a read");
        found.expect("the endpoint is there")
    }
}

/// An admission without an idempotency key.
pub(super) fn admission(message: &Message, endpoints: &[&Endpoint]) -> Admission {
    Admission {
        message: Arc::new(message.clone()),
        endpoints: endpoints.iter().map(|endpoint| endpoint.id).collect(),
        once: None,
        records: Vec::new(),
    }
}

/// The scheduled delivery of this message to this endpoint.
pub(super) fn scheduled(endpoint: &Endpoint, message_seq: MessageSeq) -> DeliveryKey {
    DeliveryKey { endpoint_id: endpoint.id, message_seq, trigger: Trigger::Schedule }
}

/// The delivery of this message to this endpoint that was asked for by hand.
pub(super) fn by_hand(endpoint: &Endpoint, message_seq: MessageSeq) -> DeliveryKey {
    DeliveryKey { endpoint_id: endpoint.id, message_seq, trigger: Trigger::Manual }
}
