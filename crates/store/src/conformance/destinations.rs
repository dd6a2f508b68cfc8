//! How a message stands with each endpoint, and how much work there is.

use std::sync::Arc;

use klingel_model::{DeliveryState, EndpointId};

use super::calls::walk;
use super::cases;
use super::scene::{ALL, Scene, at, by_hand, page, scheduled};
use crate::{Order, Outcome, QueueDepth, Settlement};

cases![
    every_state_is_told,
    a_message_sent_again_by_hand_waits_or_is_retried,
    a_dropped_delivery_is_no_destination,
    a_deleted_endpoint_is_no_destination,
    destinations_are_listed_both_ways,
    the_depth_follows_the_work,
];

async fn states(scene: &Scene, message: &klingel_model::Message) -> Vec<(EndpointId, DeliveryState)> {
    let scan = scene.store.destinations(message.app_id, message.id, page(ALL)).await.expect("a read");
    scan.items.into_iter().map(|item| (item.endpoint.id, item.state)).collect()
}

async fn every_state_is_told(scene: Scene) {
    let application = scene.application().await;
    let mut endpoints = Vec::new();
    for _ in 0..5 {
        endpoints.push(scene.endpoint(&application).await);
    }
    let [waiting, retrying, delivered, failed, unasked] = &endpoints[..] else { panic!("five were made") };
    let (message, seq) = scene.admit(&application, &[waiting, retrying, delivered, failed]).await;
    scene.settle(&message, scheduled(retrying, seq), 1, Outcome::Retry(at(40))).await;
    scene.settle(&message, scheduled(delivered, seq), 1, Outcome::Retry(at(40))).await;
    scene.settle(&message, scheduled(delivered, seq), 2, Outcome::Delivered).await;
    scene.settle(&message, scheduled(failed, seq), 1, Outcome::GivenUp).await;
    let expected = [
        (waiting.id, DeliveryState::Waiting),
        (retrying.id, DeliveryState::Retrying(at(40))),
        (delivered.id, DeliveryState::Delivered),
        (failed.id, DeliveryState::Failed),
    ];
    assert_eq!(states(&scene, &message).await, expected);
    assert!(!unasked.disabled, "who never wanted it is not among them");
    let scan = scene.store.destinations(application.id, message.id, page(1)).await.expect("a read");
    assert_eq!(scan.items[0].endpoint, *waiting);
}

async fn a_message_sent_again_by_hand_waits_or_is_retried(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[]).await;
    assert_eq!(states(&scene, &message).await, []);
    scene.store.resend(application.id, message.id, endpoint.id, at(3)).await.expect("both are there");
    assert_eq!(states(&scene, &message).await, [(endpoint.id, DeliveryState::Waiting)]);
    scene.settle(&message, by_hand(&endpoint, seq), 1, Outcome::Retry(at(8))).await;
    assert_eq!(states(&scene, &message).await, [(endpoint.id, DeliveryState::Retrying(at(8)))]);
    scene.settle(&message, by_hand(&endpoint, seq), 2, Outcome::Delivered).await;
    assert_eq!(states(&scene, &message).await, [(endpoint.id, DeliveryState::Delivered)]);
}

async fn a_dropped_delivery_is_no_destination(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    let key = scheduled(&endpoint, seq);
    let dropped = Settlement { key, attempt: None, outcome: Outcome::Dropped, health: None };
    scene.store.settle(Arc::new(vec![dropped])).await.expect("it is taken");
    assert_eq!(states(&scene, &message).await, []);
}

async fn a_deleted_endpoint_is_no_destination(scene: Scene) {
    let (application, deleted) = scene.pair().await;
    let kept = scene.endpoint(&application).await;
    let (message, seq) = scene.admit(&application, &[&deleted, &kept]).await;
    scene.settle(&message, scheduled(&deleted, seq), 1, Outcome::Delivered).await;
    scene.store.delete_endpoint(application.id, deleted.id).await.expect("it is there");
    assert_eq!(states(&scene, &message).await, [(kept.id, DeliveryState::Waiting)]);
}

async fn destinations_are_listed_both_ways(scene: Scene) {
    let application = scene.application().await;
    let mut endpoints = Vec::new();
    for _ in 0..6 {
        endpoints.push(scene.endpoint(&application).await);
    }
    let wanted: Vec<_> = endpoints.iter().step_by(2).collect();
    let (message, _) = scene.admit(&application, &wanted).await;
    let mut expected: Vec<_> = wanted.iter().map(|endpoint| endpoint.id).collect();
    for order in [Order::Ascending, Order::Descending] {
        let list = |page| scene.store.destinations(application.id, message.id, page);
        let listed = walk(order, 2, list).await;
        assert_eq!(listed.iter().map(|item| item.endpoint.id).collect::<Vec<_>>(), expected);
        expected.reverse();
    }
}

async fn the_depth_follows_the_work(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let other = scene.endpoint(&application).await;
    assert_eq!(scene.store.depth().await, Ok(QueueDepth::default()));
    let (first, first_seq) = scene.admit(&application, &[&endpoint, &other]).await;
    let (second, second_seq) = scene.admit(&application, &[&endpoint]).await;
    let depth = |first_attempts, retries, oldest: Option<i64>| {
        Ok(QueueDepth { first_attempts, retries, oldest_due: oldest.map(at) })
    };
    assert_eq!(scene.store.depth().await, depth(3, 0, None));
    scene.settle(&first, scheduled(&endpoint, first_seq), 1, Outcome::Retry(at(50))).await;
    scene.settle(&first, scheduled(&other, first_seq), 1, Outcome::Retry(at(20))).await;
    assert_eq!(scene.store.depth().await, depth(1, 2, Some(20)));
    scene.settle(&first, scheduled(&other, first_seq), 2, Outcome::Delivered).await;
    scene.settle(&second, scheduled(&endpoint, second_seq), 1, Outcome::Delivered).await;
    assert_eq!(scene.store.depth().await, depth(0, 1, Some(50)));
    scene.settle(&first, scheduled(&endpoint, first_seq), 2, Outcome::GivenUp).await;
    assert_eq!(scene.store.depth().await, Ok(QueueDepth::default()));
}
