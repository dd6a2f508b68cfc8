//! A folder of its own for each store, and short forms.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use klingel_model::{
    Application, Attempt, AttemptStatus, Clock, DeliveryKey, Endpoint, EndpointHealth, Environment,
    EventTypeName, Id, Message, MessageSeq, Micros, SecretKey, SigningSecret, Trigger,
};
use klingel_store::sealing::Sealer;
use klingel_store::{Admission, Catalog as _, Outcome, Settlement};
use klingel_store_sqlite::{OpenError, OpenOptions, SqliteStore};
use klingel_testkit::{FakeClock, SeededDice};
use tempfile::TempDir;

/// A folder for a store, and the application and endpoint that it begins with.
pub struct House {
    folder: TempDir,
    dice: Arc<SeededDice>,
    clock: Arc<FakeClock>,
}

/// What most tests begin with.
pub struct Pair {
    pub application: Application,
    pub endpoint: Endpoint,
}

/// Why a store cannot be opened so.
pub fn open_error(options: OpenOptions) -> OpenError {
    match SqliteStore::open(options) {
        Ok(_) => panic!("the store was opened"),
        Err(error) => error,
    }
}

impl House {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        Self { folder, dice: Arc::default(), clock: Arc::default() }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("klingel.db")
    }

    pub fn options(&self) -> OpenOptions {
        let (dice, clock) = (Arc::clone(&self.dice), Arc::clone(&self.clock));
        OpenOptions::new(self.path(), Sealer::new(&[7; 32]), dice, clock)
    }

    pub fn open(&self) -> SqliteStore {
        SqliteStore::open(self.options()).expect("the store can be opened")
    }

    pub fn now(&self) -> Micros {
        self.clock.now()
    }

    /// A new id.
    pub fn id<K: klingel_model::id::Kind>(&self) -> Id<K> {
        Id::new(self.now(), &*self.dice)
    }

    /// Adds an application with an endpoint.
    pub async fn pair(&self, store: &SqliteStore) -> Pair {
        let now = self.now();
        let environment = Environment { id: self.id(), name: "production".to_owned(), created_at: now };
        let environment = store.ensure_environment(environment).await.expect("a write");
        let application = Application {
            id: self.id(),
            environment_id: environment.id,
            uid: None,
            name: "a shop".to_owned(),
            dialect: "standard".to_owned(),
            rate_limit_per_s: None,
            metadata: [].into(),
            created_at: now,
            updated_at: now,
        };
        store.add_application(application.clone(), None).await.expect("a write");
        let endpoint = self.new_endpoint(&application);
        store.add_endpoint(endpoint.clone(), 100, None).await.expect("a write");
        Pair { application, endpoint }
    }

    pub fn new_endpoint(&self, application: &Application) -> Endpoint {
        let now = self.now();
        Endpoint {
            id: self.id(),
            app_id: application.id,
            uid: None,
            url: "https://example.com/hook".into(),
            description: String::new(),
            disabled: false,
            event_types: None,
            channels: None,
            rate_limit_per_s: None,
            max_in_flight: 64,
            retry_schedule: None,
            headers: [("authorization".to_owned(), "Bearer hunter2hunter2".to_owned())].into(),
            secrets: vec![SigningSecret {
                key: SecretKey::Symmetric(b"correct horse battery staple".to_vec()),
                expires_at: None,
            }],
            dialect_settings_json: None,
            filter_json: None,
            metadata: [].into(),
            health: EndpointHealth::default(),
            created_at: now,
            updated_at: now,
        }
    }

    pub fn message(&self, pair: &Pair, payload: impl Into<Bytes>) -> Message {
        Message {
            id: self.id(),
            environment_id: pair.application.environment_id,
            app_id: pair.application.id,
            event_id: None,
            event_type: EventTypeName::new("a.b").expect("a good name"),
            channels: Arc::from([]),
            payload: Some(payload.into()),
            created_at: self.now(),
            payload_until: None,
        }
    }

    pub fn admission(&self, pair: &Pair, payload: impl Into<Bytes>) -> Admission {
        let message = Arc::new(self.message(pair, payload));
        Admission { message, endpoints: vec![pair.endpoint.id], once: None, records: Vec::new() }
    }

    /// A first attempt that succeeded.
    pub fn delivered(&self, message: &Message, pair: &Pair, message_seq: MessageSeq) -> Settlement {
        let key = DeliveryKey { endpoint_id: pair.endpoint.id, message_seq, trigger: Trigger::Schedule };
        let attempt = Attempt {
            id: self.id(),
            app_id: message.app_id,
            message_id: message.id,
            endpoint_id: pair.endpoint.id,
            url: "https://example.com/hook".into(),
            number: 1,
            trigger: Trigger::Schedule,
            started_at: self.now(),
            duration: std::time::Duration::from_millis(3),
            status: AttemptStatus::Success,
            response_status: 200,
            response_body: Bytes::new(),
            error_class: None,
            error: None,
            next_attempt_at: None,
        };
        Settlement { key, attempt: Some(attempt), outcome: Outcome::Delivered, health: None }
    }
}
