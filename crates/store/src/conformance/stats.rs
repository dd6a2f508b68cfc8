//! Attempts added up by time.

use std::time::Duration;

use klingel_model::{AppId, EndpointId, Latency, Micros};

use super::cases;
use super::scene::{Scene, at};
use crate::stats::{Resolution, STAT_DELTAS_MAX, STAT_SLOTS_MAX, Stat, StatDelta, StatOwner};
use crate::{Error, Store};

cases![
    additions_meet_in_endpoint_application_and_environment,
    slots_hold_what_happened_in_them,
    a_read_is_bounded_and_gives_the_latest,
    too_many_additions_are_refused_whole,
    what_is_deleted_is_not_counted_and_not_shown,
    old_slots_are_retired_in_steps,
];

/// `at(0)` is the beginning of an hour.
const FIVE_MINUTES_S: i64 = 300;

fn stat(delivered: u64, failed: u64, took_ms: &[u64]) -> Stat {
    let mut latency = Latency::default();
    for ms in took_ms {
        latency.record(Duration::from_millis(*ms));
    }
    Stat { delivered, failed, latency }
}

fn delta(app_id: AppId, endpoint_id: EndpointId, seconds: i64, stat: Stat) -> StatDelta {
    StatDelta { app_id, endpoint_id, at: at(seconds), stat }
}

/// Everything that is known of an owner.
async fn all(store: &dyn Store, owner: StatOwner, resolution: Resolution) -> Vec<(Micros, Stat)> {
    store.stats(owner, resolution, at(-1_000_000), at(1_000_000_000)).await.expect("a read")
}

async fn additions_meet_in_endpoint_application_and_environment(scene: Scene) {
    let environment = scene.environment("here").await;
    let (app, other) = (scene.application_in(&environment).await, scene.application_in(&environment).await);
    let (one, two) = (scene.endpoint(&app).await, scene.endpoint(&app).await);
    let three = scene.endpoint(&other).await;
    let foreign = scene.application().await;
    let deltas = vec![
        delta(app.id, one.id, 1, stat(2, 1, &[3, 4, 900])),
        delta(app.id, one.id, 2, stat(1, 0, &[5])),
        delta(app.id, two.id, 3, stat(0, 1, &[])),
        delta(other.id, three.id, 4, stat(5, 0, &[70_000])),
    ];
    for _ in 0..2 {
        scene.store.add_stats(deltas.clone()).await.expect("a write");
    }
    let twice = |delivered, failed, took_ms: &[u64]| {
        let mut sum = stat(delivered, failed, took_ms);
        sum.merge(&stat(delivered, failed, took_ms));
        sum
    };
    for resolution in Resolution::ALL {
        for (owner, expected) in [
            (StatOwner::Endpoint(one.id), twice(3, 1, &[3, 4, 900, 5])),
            (StatOwner::Endpoint(two.id), twice(0, 1, &[])),
            (StatOwner::Endpoint(three.id), twice(5, 0, &[70_000])),
            (StatOwner::Application(app.id), twice(3, 2, &[3, 4, 900, 5])),
            (StatOwner::Application(other.id), twice(5, 0, &[70_000])),
            (StatOwner::Environment(environment.id), twice(8, 2, &[3, 4, 900, 5, 70_000])),
        ] {
            assert_eq!(all(&*scene.store, owner, resolution).await, [(at(0), expected)], "{owner:?}");
        }
        for owner in [StatOwner::Application(foreign.id), StatOwner::Environment(foreign.environment_id)] {
            assert_eq!(all(&*scene.store, owner, resolution).await, []);
        }
    }
}

async fn slots_hold_what_happened_in_them(scene: Scene) {
    let (app, endpoint) = scene.pair().await;
    let seconds = [0, 299, 300, 3599, 3600, 7200];
    let deltas = seconds.map(|seconds| delta(app.id, endpoint.id, seconds, stat(1, 0, &[1])));
    scene.store.add_stats(deltas.to_vec()).await.expect("a write");
    let owner = StatOwner::Endpoint(endpoint.id);
    let counts = |slots: Vec<(Micros, Stat)>| {
        slots.into_iter().map(|(begin, stat)| (begin, stat.delivered)).collect::<Vec<_>>()
    };
    let fine = [(at(0), 2), (at(300), 1), (at(3300), 1), (at(3600), 1), (at(7200), 1)];
    assert_eq!(counts(all(&*scene.store, owner, Resolution::FiveMinutes).await), fine);
    let coarse = [(at(0), 4), (at(3600), 1), (at(7200), 1)];
    assert_eq!(counts(all(&*scene.store, owner, Resolution::Hour).await), coarse);
    // From is inclusive, until is not; both are compared with a slot's beginning.
    let just_after = at(300).plus(Duration::from_micros(1));
    for (from, until, expected) in [
        (at(300), at(3600), &fine[1..3]),
        (just_after, at(3600), &fine[2..3]),
        (at(0), just_after, &fine[..2]),
        (at(0), at(300), &fine[..1]),
        (at(300), at(300), &[][..]),
        (at(600), at(300), &[][..]),
    ] {
        let slots = scene.store.stats(owner, Resolution::FiveMinutes, from, until).await.expect("a read");
        assert_eq!(counts(slots), expected, "{from:?} {until:?}");
    }
}

async fn a_read_is_bounded_and_gives_the_latest(scene: Scene) {
    let (app, endpoint) = scene.pair().await;
    let surplus = 5;
    let slots = i64::try_from(STAT_SLOTS_MAX).expect("a small bound") + surplus;
    let deltas: Vec<_> =
        (0..slots).map(|n| delta(app.id, endpoint.id, n * FIVE_MINUTES_S, stat(1, 0, &[]))).collect();
    for some in deltas.chunks(STAT_DELTAS_MAX) {
        scene.store.add_stats(some.to_vec()).await.expect("a write");
    }
    let found = all(&*scene.store, StatOwner::Endpoint(endpoint.id), Resolution::FiveMinutes).await;
    assert_eq!(found.len(), STAT_SLOTS_MAX);
    assert_eq!(found.first().map(|(begin, _)| *begin), Some(at(surplus * FIVE_MINUTES_S)));
    assert_eq!(found.last().map(|(begin, _)| *begin), Some(at((slots - 1) * FIVE_MINUTES_S)));
}

async fn too_many_additions_are_refused_whole(scene: Scene) {
    let (app, endpoint) = scene.pair().await;
    let many = vec![delta(app.id, endpoint.id, 0, stat(1, 0, &[])); STAT_DELTAS_MAX + 1];
    let refused = scene.store.add_stats(many).await;
    assert_eq!(refused, Err(Error::Limit("stat_deltas_max", STAT_DELTAS_MAX as u64)));
    assert_eq!(all(&*scene.store, StatOwner::Application(app.id), Resolution::Hour).await, []);
}

async fn what_is_deleted_is_not_counted_and_not_shown(scene: Scene) {
    let environment = scene.environment("here").await;
    let (app, gone) = (scene.application_in(&environment).await, scene.application_in(&environment).await);
    let (stays, deleted) = (scene.endpoint(&app).await, scene.endpoint(&app).await);
    let lost = scene.endpoint(&gone).await;
    let deltas = vec![
        delta(app.id, stays.id, 0, stat(1, 0, &[])),
        delta(app.id, deleted.id, 0, stat(10, 0, &[])),
        delta(gone.id, lost.id, 0, stat(100, 0, &[])),
        // An endpoint of another application: its own numbers do not take that.
        delta(app.id, lost.id, 0, stat(1000, 0, &[])),
    ];
    scene.store.add_stats(deltas.clone()).await.expect("a write");
    scene.store.delete_endpoint(app.id, deleted.id).await.expect("a deletion");
    scene.store.delete_application(gone.id).await.expect("a deletion");
    let owners = [
        StatOwner::Endpoint(stays.id),
        StatOwner::Endpoint(deleted.id),
        StatOwner::Endpoint(lost.id),
        StatOwner::Application(app.id),
        StatOwner::Application(gone.id),
        StatOwner::Environment(environment.id),
    ];
    let mut expected = [1, 0, 0, 1011, 0, 1111];
    for round in 0..2 {
        for (owner, expected) in owners.into_iter().zip(expected) {
            let found = all(&*scene.store, owner, Resolution::Hour).await;
            let sum: u64 = found.iter().map(|(_, stat)| stat.delivered).sum();
            assert_eq!(sum, expected, "{owner:?} in round {round}");
        }
        while scene.store.erase_deleted(2).await.expect("an erasure").more {}
        scene.store.add_stats(deltas.clone()).await.expect("a write");
        expected = [2, 0, 0, 2022, 0, 2122];
    }
    // What the erasure took away is not there to be retired: of both resolutions those of the three living.
    for resolution in Resolution::ALL {
        assert_eq!(scene.store.retire_stats(resolution, at(1), 100).await, Ok(3));
    }
}

async fn old_slots_are_retired_in_steps(scene: Scene) {
    let (app, endpoint) = scene.pair().await;
    let deltas = (0..4).map(|n| delta(app.id, endpoint.id, n * 3600, stat(1, 0, &[]))).collect();
    scene.store.add_stats(deltas).await.expect("a write");
    // Of each of the first two hours there are three slots: endpoint, application, environment.
    for expected in [4, 2, 0] {
        assert_eq!(scene.store.retire_stats(Resolution::Hour, at(7200), 4).await, Ok(expected));
    }
    for owner in [StatOwner::Endpoint(endpoint.id), StatOwner::Environment(app.environment_id)] {
        let begins =
            |slots: Vec<(Micros, Stat)>| slots.into_iter().map(|(begin, _)| begin).collect::<Vec<_>>();
        assert_eq!(begins(all(&*scene.store, owner, Resolution::Hour).await), [at(7200), at(10_800)]);
        assert_eq!(all(&*scene.store, owner, Resolution::FiveMinutes).await.len(), 4);
    }
}
