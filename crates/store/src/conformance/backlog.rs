//! What waits for an endpoint.

use super::calls::walk;
use super::cases;
use super::scene::{ALL, Scene, at, by_hand, page, scheduled};
use crate::{Backlog, EnvironmentBacklog, Order, Outcome, Owed};

cases![
    nothing_waits_for_a_new_endpoint,
    what_waits_is_counted_up_to_a_bound,
    the_oldest_is_whichever_was_due_first,
    what_waits_is_listed_by_message_and_why,
    nothing_waits_for_a_deleted_endpoint,
    what_waits_in_an_environment_is_counted_behind_its_wall,
];

async fn nothing_waits_for_a_new_endpoint(scene: Scene) {
    let (_, endpoint) = scene.pair().await;
    assert_eq!(scene.store.waiting_of(endpoint.id, 10).await, Ok(Backlog::default()));
    assert_eq!(scene.store.waiting(endpoint.id, page(ALL)).await.expect("a read").items, []);
}

async fn what_waits_is_counted_up_to_a_bound(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let other = scene.endpoint(&application).await;
    for _ in 0..4 {
        scene.admit(&application, &[&endpoint, &other]).await;
    }
    for (count_max, waiting, more) in [(3, 3, true), (4, 4, false), (5, 4, false)] {
        let backlog = scene.store.waiting_of(endpoint.id, count_max).await.expect("a read");
        assert_eq!((backlog.waiting, backlog.more), (waiting, more), "{count_max}");
    }
}

async fn the_oldest_is_whichever_was_due_first(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let oldest = async || scene.store.waiting_of(endpoint.id, 9).await.expect("a read").oldest_due;
    let (first, seq) = scene.admit(&application, &[&endpoint]).await;
    let (second, _) = scene.admit(&application, &[&endpoint]).await;
    assert_eq!(oldest().await, Some(first.created_at));
    scene.settle(&first, scheduled(&endpoint, seq), 1, Outcome::Retry(at(500))).await;
    assert_eq!(oldest().await, Some(second.created_at));
    scene.store.resend(application.id, first.id, endpoint.id, at(-9)).await.expect("both are there");
    assert_eq!(oldest().await, Some(at(-9)));
}

async fn what_waits_is_listed_by_message_and_why(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let mut messages = Vec::new();
    for _ in 0..4 {
        messages.push(scene.admit(&application, &[&endpoint]).await);
    }
    let (retried, seq) = &messages[1];
    scene.settle(retried, scheduled(&endpoint, *seq), 1, Outcome::Retry(at(50))).await;
    for n in [1, 2] {
        let asked = scene.store.resend(application.id, messages[n].0.id, endpoint.id, at(3)).await;
        asked.expect("both are there");
    }
    let wanted = [
        (0, scheduled(&endpoint, messages[0].1), 0, None),
        (1, scheduled(&endpoint, messages[1].1), 1, Some(at(50))),
        (1, by_hand(&endpoint, messages[1].1), 0, Some(at(3))),
        (2, scheduled(&endpoint, messages[2].1), 0, None),
        (2, by_hand(&endpoint, messages[2].1), 0, Some(at(3))),
        (3, scheduled(&endpoint, messages[3].1), 0, None),
    ];
    let mut wanted = wanted.map(|(n, key, attempts, due_at)| Owed {
        delivery: klingel_model::Delivery { key, attempts, due_at },
        message_id: messages[n].0.id,
        event_type: messages[n].0.event_type.clone(),
        accepted_at: messages[n].0.created_at,
    });
    for limit in [1, 2, 3, 9] {
        let list = |page| scene.store.waiting(endpoint.id, page);
        assert_eq!(walk(Order::Ascending, limit, list).await, wanted, "{limit}");
    }
    wanted.reverse();
    for limit in [1, 2, 3, 9] {
        let list = |page| scene.store.waiting(endpoint.id, page);
        assert_eq!(walk(Order::Descending, limit, list).await, wanted, "{limit}");
    }
}

async fn nothing_waits_for_a_deleted_endpoint(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    scene.admit(&application, &[&endpoint]).await;
    scene.store.delete_endpoint(application.id, endpoint.id).await.expect("it is there");
    assert_eq!(scene.store.waiting_of(endpoint.id, 10).await, Ok(Backlog::default()));
    assert_eq!(scene.store.waiting(endpoint.id, page(ALL)).await.expect("a read").items, []);
}

async fn what_waits_in_an_environment_is_counted_behind_its_wall(scene: Scene) {
    let (here, there) = (scene.environment("here").await, scene.environment("there").await);
    let application = scene.application_in(&here).await;
    let (endpoint, other) = (scene.endpoint(&application).await, scene.endpoint(&application).await);
    let deleted = scene.endpoint(&application).await;
    let foreign = scene.application_in(&there).await;
    let away = scene.endpoint(&foreign).await;
    let waiting = async |count_max| scene.store.waiting_in(here.id, count_max).await.expect("a read");
    assert_eq!(waiting(9).await, EnvironmentBacklog::default());
    scene.admit(&foreign, &[&away]).await;
    let (first, seq) = scene.admit(&application, &[&endpoint, &other, &deleted]).await;
    let (second, _) = scene.admit(&application, &[&other]).await;
    scene.store.delete_endpoint(application.id, deleted.id).await.expect("it is there");
    let mut wanted =
        EnvironmentBacklog { first_attempts: 3, retries: 0, more: false, oldest_due: Some(first.created_at) };
    assert_eq!(waiting(9).await, wanted);
    scene.settle(&first, scheduled(&endpoint, seq), 1, Outcome::Retry(at(500))).await;
    (wanted.first_attempts, wanted.retries) = (2, 1);
    assert_eq!(waiting(3).await, wanted);
    let cut = waiting(2).await;
    assert_eq!((cut.first_attempts + cut.retries, cut.more, cut.oldest_due), (2, true, wanted.oldest_due));
    scene.settle(&first, scheduled(&other, seq), 1, Outcome::Delivered).await;
    (wanted.first_attempts, wanted.oldest_due) = (1, Some(second.created_at));
    assert_eq!(waiting(9).await, wanted);
}
