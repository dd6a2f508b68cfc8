//! How fast the store is on this machine: `cargo run --release -p klingel-store-sqlite --example throughput [FOLDER]`.
//!
//! Messages of 1 KiB for one endpoint, first by one publisher, then by many; then their settlements. The store lies in
//! FOLDER, or in the system's folder for temporary files: a folder in memory shows the processor's part alone.

mod lap;

use std::env;
use std::error::Error;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use klingel_model::{
    AppId, Application, Attempt, AttemptStatus, Clock, DeliveryKey, Endpoint, EndpointHealth, EndpointId,
    Environment, EnvironmentId, EventTypeName, Message, MessageId, MessageSeq, SecretKey, SigningSecret,
    Trigger,
};
use klingel_store::sealing::Sealer;
use klingel_store::{
    Admission, Admitted, Catalog as _, Intake as _, Outcome, Queue as _, Settlement, Upkeep as _,
};
use klingel_store_sqlite::{OpenOptions, SqliteStore};
use klingel_testkit::SeededDice;
use tokio::task::JoinSet;

use crate::lap::{Lap, RealClock, real_clock};

const PAYLOAD_BYTES: usize = 1024;
const ALONE: usize = 2_000;
const PUBLISHERS: usize = 64;
const TOGETHER: usize = 40_000;
const SETTLED_AT_ONCE: usize = 256;

type Failure = Box<dyn Error + Send + Sync>;

struct Bench {
    store: SqliteStore,
    clock: RealClock,
    dice: SeededDice,
    environment_id: EnvironmentId,
    app_id: AppId,
    endpoint_id: EndpointId,
    payload: Bytes,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = env::args_os().nth(1).map_or_else(env::temp_dir, Into::into);
    let folder = tempfile::tempdir_in(folder)?;
    let bench = Arc::new(Bench::open(folder.path()).await?);
    let alone = bench.alone().await?;
    let together = bench.together().await?;
    bench.settle(alone.into_iter().chain(together).collect()).await?;
    bench.retry().await?;
    bench.retire().await?;
    let size = fs::metadata(folder.path().join("klingel.db"))?.len();
    println!("database {} KiB, {} commits", size / 1024, bench.store.commits());
    Ok(())
}

impl Bench {
    async fn open(folder: &std::path::Path) -> Result<Self, Failure> {
        let (clock, dice) = (real_clock(), SeededDice::new(1));
        let path = folder.join("klingel.db");
        let options = OpenOptions::new(
            path,
            Sealer::new(&[1; 32]),
            Arc::new(SeededDice::new(2)),
            Arc::new(real_clock()),
        );
        let store = SqliteStore::open(options)?;
        let now = clock.now();
        let environment =
            Environment { id: EnvironmentId::new(now, &dice), name: "bench".to_owned(), created_at: now };
        let environment_id = store.ensure_environment(environment).await?.id;
        let application = Application {
            id: AppId::new(now, &dice),
            environment_id,
            uid: None,
            name: "bench".to_owned(),
            dialect: "standard".to_owned(),
            rate_limit_per_s: None,
            metadata: [].into(),
            created_at: now,
            updated_at: now,
        };
        let endpoint = Endpoint {
            id: EndpointId::new(now, &dice),
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
            headers: [].into(),
            secrets: vec![SigningSecret { key: SecretKey::generate(&dice), expires_at: None }],
            dialect_settings_json: None,
            filter_json: None,
            metadata: [].into(),
            health: EndpointHealth::default(),
            created_at: now,
            updated_at: now,
        };
        let (app_id, endpoint_id) = (application.id, endpoint.id);
        store.add_application(application, None).await?;
        store.add_endpoint(endpoint, 10, None).await?;
        let payload = Bytes::from(vec![b'x'; PAYLOAD_BYTES]);
        Ok(Self { store, clock, dice, environment_id, app_id, endpoint_id, payload })
    }

    async fn admit(&self) -> Result<(MessageId, MessageSeq), Failure> {
        let now = self.clock.now();
        let message = Message {
            id: MessageId::new(now, &self.dice),
            environment_id: self.environment_id,
            app_id: self.app_id,
            event_id: None,
            event_type: EventTypeName::new("bench.event").map_err(|error| error.to_string())?,
            channels: Arc::from([]),
            payload: Some(self.payload.clone()),
            created_at: now,
            payload_until: None,
        };
        let id = message.id;
        let admission = Admission {
            message: Arc::new(message),
            endpoints: vec![self.endpoint_id],
            once: None,
            records: Vec::new(),
        };
        match self.store.admit(admission).await? {
            Admitted::New(seq) => Ok((id, seq)),
            Admitted::Replay(_) => Err("a replay without a key".into()),
        }
    }

    async fn alone(&self) -> Result<Vec<(MessageId, MessageSeq)>, Failure> {
        let lap = Lap::start(&self.clock);
        let (mut admitted, mut waits) = (Vec::new(), Vec::new());
        for _ in 0..ALONE {
            let before = self.clock.monotonic();
            admitted.push(self.admit().await?);
            waits.push(self.clock.monotonic().saturating_sub(before));
        }
        lap.show("admit, 1 publisher", ALONE);
        waits.sort();
        println!("{:<44} p50 {:?}, p99 {:?}", "", waits[ALONE / 2], waits[ALONE / 100 * 99]);
        Ok(admitted)
    }

    async fn together(self: &Arc<Self>) -> Result<Vec<(MessageId, MessageSeq)>, Failure> {
        let (lap, commits) = (Lap::start(&self.clock), self.store.commits());
        let mut publishers = JoinSet::new();
        for _ in 0..PUBLISHERS {
            let bench = Arc::clone(self);
            publishers.spawn(async move {
                let mut admitted = Vec::new();
                for _ in 0..TOGETHER / PUBLISHERS {
                    admitted.push(bench.admit().await?);
                }
                Ok::<_, Failure>(admitted)
            });
        }
        let mut admitted = Vec::new();
        for some in publishers.join_all().await {
            admitted.extend(some?);
        }
        // Deliveries end about in the order of their messages.
        admitted.sort_by_key(|(_, seq)| *seq);
        lap.show(&format!("admit, {PUBLISHERS} publishers"), TOGETHER);
        println!("{:<44} {} commits", "", self.store.commits() - commits);
        Ok(admitted)
    }

    fn settlement(&self, (message_id, message_seq): (MessageId, MessageSeq), outcome: Outcome) -> Settlement {
        let now = self.clock.now();
        let key = DeliveryKey { endpoint_id: self.endpoint_id, message_seq, trigger: Trigger::Schedule };
        let attempt = Attempt {
            id: klingel_model::AttemptId::new(now, &self.dice),
            app_id: self.app_id,
            message_id,
            endpoint_id: self.endpoint_id,
            url: "https://example.com/hook".into(),
            number: 1,
            trigger: Trigger::Schedule,
            started_at: now,
            duration: Duration::from_millis(3),
            status: AttemptStatus::Success,
            response_status: 200,
            response_body: Bytes::from_static(b"ok"),
            error_class: None,
            error: None,
            next_attempt_at: None,
        };
        Settlement { key, attempt: Some(attempt), outcome, health: None }
    }

    async fn settle(&self, admitted: Vec<(MessageId, MessageSeq)>) -> Result<(), Failure> {
        let lap = Lap::start(&self.clock);
        for some in admitted.chunks(SETTLED_AT_ONCE) {
            let batch = some.iter().map(|key| self.settlement(*key, Outcome::Delivered)).collect();
            self.store.settle(Arc::new(batch)).await?;
        }
        lap.show(&format!("settle, {SETTLED_AT_ONCE} at once"), admitted.len());
        Ok(())
    }

    /// The way of a message that fails once: admitted, postponed, read when due, delivered.
    async fn retry(self: &Arc<Self>) -> Result<(), Failure> {
        let admitted = self.together().await?;
        let lap = Lap::start(&self.clock);
        let due = self.clock.now();
        for some in admitted.chunks(SETTLED_AT_ONCE) {
            let batch = some.iter().map(|key| self.settlement(*key, Outcome::Retry(due))).collect();
            self.store.settle(Arc::new(batch)).await?;
        }
        lap.show("postpone", admitted.len());
        let lap = Lap::start(&self.clock);
        let mut read = 0;
        loop {
            let page = self.store.due(self.endpoint_id, self.clock.now(), SETTLED_AT_ONCE).await?;
            if page.work.is_empty() {
                break;
            }
            read += page.work.len();
            let settle = |waiting: &klingel_store::Waiting| {
                let mut settlement = self
                    .settlement((waiting.message.id, waiting.delivery.key.message_seq), Outcome::Delivered);
                if let Some(attempt) = &mut settlement.attempt {
                    attempt.number = 2;
                }
                settlement
            };
            self.store.settle(Arc::new(page.work.iter().map(settle).collect())).await?;
        }
        lap.show("read due work and settle it", read);
        Ok(())
    }

    async fn retire(&self) -> Result<(), Failure> {
        let lap = Lap::start(&self.clock);
        let (mut messages, mut longest) = (0, Duration::ZERO);
        loop {
            let step = self.clock.monotonic();
            let retired = self.store.retire(self.clock.now(), 500).await?;
            longest = longest.max(self.clock.monotonic().saturating_sub(step));
            messages += usize::try_from(retired.messages)?;
            if !retired.more {
                break;
            }
        }
        lap.show("retire, 500 at once", messages);
        println!("{:<44} longest step {longest:?}", "");
        Ok(())
    }
}
