//! The machine's clock is set by a day, forwards and backwards, under an engine on a real store.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use klingel_engine::{Engine, Publish, Settings, World, start};
use klingel_model::{
    AppId, Application, Clock as _, Endpoint, EndpointHealth, EndpointId, Environment, EnvironmentId,
    EventTypeName, Jitter, RetrySchedule, SecretKey, SigningSecret,
};
use klingel_outbound::{Client, ClientConfig};
use klingel_store::sealing::Sealer;
use klingel_store::{AppRef, Catalog as _, Reader as _};
use klingel_store_sqlite::{OpenOptions, SqliteStore};
use klingel_testkit::receiver::{Answer, Receiver};
use klingel_testkit::{FakeClock, SeededDice, clock};

const ENV: EnvironmentId = EnvironmentId::from_u128(1);
const APP: AppId = AppId::from_u128(2);
const DAY: Duration = Duration::from_hours(24);

async fn application(store: &SqliteStore) {
    let at = clock::START;
    let environment = Environment { id: ENV, name: "test".to_owned(), created_at: at };
    store.ensure_environment(environment).await.expect("a write");
    let application = Application {
        id: APP,
        environment_id: ENV,
        uid: None,
        name: "app".to_owned(),
        dialect: "standard".to_owned(),
        rate_limit_per_s: None,
        metadata: [].into(),
        created_at: at,
        updated_at: at,
    };
    store.add_application(application, None).await.expect("a write");
}

/// Retried one hour after the first failure.
async fn endpoint(store: &SqliteStore, number: u128, url: String) {
    let endpoint = Endpoint {
        id: EndpointId::from_u128(number),
        app_id: APP,
        uid: None,
        url: url.into(),
        description: String::new(),
        disabled: false,
        event_types: None,
        channels: None,
        rate_limit_per_s: None,
        max_in_flight: 4,
        retry_schedule: Some(RetrySchedule::new([Duration::from_hours(1)]).expect("one wait")),
        headers: [].into(),
        secrets: vec![SigningSecret { key: SecretKey::Symmetric(vec![7; 32]), expires_at: None }],
        dialect_settings_json: None,
        filter_json: None,
        metadata: [].into(),
        health: EndpointHealth::default(),
        created_at: clock::START,
        updated_at: clock::START,
    };
    store.add_endpoint(endpoint, 10, None).await.expect("a write");
}

async fn publish(engine: &Engine) {
    let publish = Publish {
        event_type: EventTypeName::new("a.b").expect("a good name"),
        payload: Bytes::from_static(b"{}"),
        channels: Vec::new(),
        event_id: None,
        payload_until: None,
        once: None,
        records: Vec::new(),
    };
    engine.publish(ENV, &AppRef::Id(APP), publish).await.expect("it is accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_by_a_day_in_both_directions_loses_nothing_and_delays_only_what_waits() {
    let (failing, healthy) = (Receiver::start().await, Receiver::start().await);
    failing.answer_in_turn([Answer::status(500), Answer::status(500)]);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (clock, dice) = (Arc::new(FakeClock::default()), Arc::new(SeededDice::new(7)));
    let options =
        OpenOptions::new(folder.path().join("k.sqlite"), Sealer::new(&[7; 32]), dice.clone(), clock.clone());
    let store = Arc::new(SqliteStore::open(options).expect("the store can be opened"));
    application(&store).await;
    endpoint(&store, 1, failing.url("/failing")).await;
    endpoint(&store, 2, healthy.url("/healthy")).await;
    let mut config = ClientConfig::default();
    config.guard.allow_private_networks = true;
    let world = World {
        store: store.clone(),
        transport: Arc::new(Client::new(&config).expect("a client")),
        dialects: klingel_dialects::all(),
        clock: clock.clone(),
        dice,
    };
    let settings = Settings { retry_jitter: Jitter { percent: 0 }, ..Settings::default() };
    let running = start(world, settings);
    let engine = running.engine();

    // Forwards: what waited for an hour is due at once.
    publish(&engine).await;
    healthy.wait_for(1).await;
    failing.wait_for(1).await;
    until_retry(&store).await;
    clock.set_wall(clock::START.plus(DAY));
    failing.wait_for(2).await;

    // The second failure is the last of its schedule. A message that fails now is due a day and an hour after START.
    failing.answer_in_turn([Answer::status(500)]);
    publish(&engine).await;
    failing.wait_for(3).await;
    until_retry(&store).await;

    // Backwards: new messages go at once, what waits keeps the instant it was given.
    clock.set_wall(clock::START);
    publish(&engine).await;
    healthy.wait_for(3).await;
    failing.wait_for(4).await;
    until_settled(&store, 1).await;
    clock.set_wall(clock::START.plus(DAY + Duration::from_hours(1)));
    failing.wait_for(5).await;
    until_settled(&store, 0).await;
    println!(
        "clock set by a day both ways: publishers saw 3 x 202; 0 were lost; {} repetitions at the healthy endpoint",
        healthy.count() - 3
    );
    assert_eq!(
        (healthy.count(), failing.count(), clock.now()),
        (3, 5, clock::START.plus(DAY + Duration::from_hours(1)))
    );
    running.stop(Duration::from_secs(5)).await;
}

async fn until_retry(store: &SqliteStore) {
    crate::server::eventually("a retry that waits", async || {
        let depth = store.depth().await.expect("a read");
        (depth.first_attempts == 0 && depth.retries == 1).then_some(())
    })
    .await;
}

async fn until_settled(store: &SqliteStore, retries: u64) {
    crate::server::eventually("everything else settled", async || {
        let depth = store.depth().await.expect("a read");
        (depth.first_attempts == 0 && depth.retries == retries).then_some(())
    })
    .await;
}
