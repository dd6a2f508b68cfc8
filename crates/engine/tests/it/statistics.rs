//! Attempts are added up and written now and then.

use std::time::Duration;

use bytes::Bytes;
use klingel_engine::settings::Settings;
use klingel_engine::{TestCall, upkeep};
use klingel_model::{Clock as _, Micros};
use klingel_store::{EndpointRef, Error, Resolution, Stat, StatOwner, Statistics as _};

use crate::world::{APP, Act, Bench, bench, settings, world};

/// Long enough for the sums to be written.
const WRITTEN_S: u64 = 6;

async fn slots(bench: &Bench, owner: StatOwner, resolution: Resolution) -> Vec<(Micros, Stat)> {
    let until = bench.clock.now().plus(Duration::from_hours(1));
    bench.store.stats(owner, resolution, Micros::from_unix_us(0), until).await.unwrap()
}

/// Delivered, failed, and those with a latency, of all slots of five minutes together.
async fn counts(bench: &Bench, owner: StatOwner) -> (u64, u64, u64) {
    let mut sum = Stat::default();
    for (_, stat) in slots(bench, owner, Resolution::FiveMinutes).await {
        sum.merge(&stat);
    }
    (sum.delivered, sum.failed, sum.latency.count())
}

#[tokio::test(start_paused = true)]
async fn attempts_of_every_kind_are_counted_a_few_seconds_later() {
    let bench = bench(settings(), |url, n| {
        if url.contains("receiver-1") && n < 2 { Act::Answer(500) } else { Act::Answer(200) }
    })
    .await;
    let (one, two) = (bench.endpoint(1, |_| {}).await, bench.endpoint(2, |_| {}).await);
    let message = bench.publish("{}").await;
    bench.requests(2).await;
    assert_eq!(counts(&bench, StatOwner::Application(APP)).await, (0, 0, 0), "not with every batch");
    bench.pass(100).await;
    bench.engine().resend(APP, message.id, EndpointRef::Id(two), None).await.unwrap();
    let call = TestCall {
        event_type: message.event_type.clone(),
        payload: Bytes::from_static(b"{}"),
        channels: Vec::new(),
        payload_until: None,
    };
    bench.engine().test_call(APP, two, call).await.unwrap();
    bench.pass(WRITTEN_S).await;
    assert_eq!(counts(&bench, StatOwner::Endpoint(one)).await, (1, 2, 3));
    assert_eq!(
        counts(&bench, StatOwner::Endpoint(two)).await,
        (3, 0, 3),
        "the one by hand and the test call, too"
    );
    assert_eq!(counts(&bench, StatOwner::Application(APP)).await, (4, 2, 6));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_writes_what_was_counted() {
    let bench = bench(settings(), |_, _| Act::Answer(200)).await;
    let id = bench.endpoint(1, |_| {}).await;
    bench.publish("{}").await;
    bench.requests(1).await;
    let Bench { store, transport, clock, running } = bench;
    running.stop(Duration::from_secs(5)).await;
    let bench = Bench {
        running: klingel_engine::start(world(&store, &transport, &clock), settings()),
        store,
        transport,
        clock,
    };
    assert_eq!(counts(&bench, StatOwner::Endpoint(id)).await, (1, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn what_the_store_refuses_is_written_later() {
    let bench = bench(settings(), |_, _| Act::Answer(200)).await;
    let id = bench.endpoint(1, |_| {}).await;
    bench.publish("{}").await;
    bench.requests(1).await;
    bench.pass(1).await;
    bench.store.fail_with(Some(Error::Full("the disk".to_owned())));
    bench.pass(2 * WRITTEN_S).await;
    bench.store.fail_with(None);
    assert_eq!(counts(&bench, StatOwner::Endpoint(id)).await, (0, 0, 0));
    bench.publish("{}").await;
    bench.pass(WRITTEN_S).await;
    assert_eq!(counts(&bench, StatOwner::Endpoint(id)).await, (2, 0, 2));
}

#[tokio::test(start_paused = true)]
async fn fine_slots_go_after_two_days_and_coarse_ones_with_the_messages() {
    let settings = Settings { retention: Duration::from_hours(72), ..settings() };
    let bench = bench(settings.clone(), |_, _| Act::Answer(200)).await;
    let owner = StatOwner::Endpoint(bench.endpoint(1, |_| {}).await);
    bench.publish("{}").await;
    bench.requests(1).await;
    bench.pass(WRITTEN_S).await;
    for (hours, expected) in [(47, (1, 1)), (2, (0, 1)), (22, (0, 1)), (2, (0, 0))] {
        tokio::time::advance(Duration::from_hours(hours)).await;
        let engine = bench.engine();
        let chores = upkeep::all(engine.world());
        let chore = chores.iter().find(|chore| chore.name == "statistics").unwrap();
        (chore.turn)(engine.world(), &settings).await.unwrap();
        let fine = slots(&bench, owner, Resolution::FiveMinutes).await.len();
        let coarse = slots(&bench, owner, Resolution::Hour).await.len();
        assert_eq!((fine, coarse), expected, "after {hours} h more");
    }
}
