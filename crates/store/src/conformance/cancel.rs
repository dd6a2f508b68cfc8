//! Dropping what waits.

use klingel_model::{DeliveryState, Endpoint, MessageId};

use super::cases;
use super::scene::{Scene, at, page, scheduled};
use crate::{Canceled, Error, Outcome};

cases![
    a_dropped_delivery_waits_no_more_and_is_seen_as_canceled,
    what_does_not_wait_cannot_be_dropped,
    an_attempt_that_was_under_way_is_recorded_and_nothing_more,
    a_canceled_message_can_be_sent_again,
    all_that_waits_is_dropped_in_steps,
    only_what_is_in_the_application_is_dropped,
];

async fn state(scene: &Scene, endpoint: &Endpoint, message: MessageId) -> Option<DeliveryState> {
    let list = scene.store.destinations(endpoint.app_id, message, page(9)).await.expect("a read");
    list.items.into_iter().find(|found| found.endpoint.id == endpoint.id).map(|found| found.state)
}

async fn depth(scene: &Scene) -> (u64, u64) {
    let depth = scene.store.depth().await.expect("a read");
    (depth.first_attempts, depth.retries)
}

async fn a_dropped_delivery_waits_no_more_and_is_seen_as_canceled(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let other = scene.endpoint(&application).await;
    let cancel = |message| scene.store.cancel_delivery(application.id, message, endpoint.id);
    let (fresh, _) = scene.admit(&application, &[&endpoint, &other]).await;
    assert_eq!(cancel(fresh.id).await, Ok(1));
    assert_eq!(state(&scene, &endpoint, fresh.id).await, Some(DeliveryState::Canceled));
    assert_eq!(state(&scene, &other, fresh.id).await, Some(DeliveryState::Waiting));
    let (retried, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&retried, scheduled(&endpoint, seq), 1, Outcome::Retry(at(50))).await;
    scene.store.resend(application.id, retried.id, endpoint.id, at(3)).await.expect("both are there");
    assert_eq!(cancel(retried.id).await, Ok(2), "the retry and the one asked for by hand");
    assert_eq!(state(&scene, &endpoint, retried.id).await, Some(DeliveryState::Canceled));
    assert_eq!(depth(&scene).await, (1, 0));
    assert_eq!(scene.first_attempts(&endpoint).await.len(), 0);
    assert_eq!(scene.due(&endpoint).await.len(), 0);
}

async fn what_does_not_wait_cannot_be_dropped(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let cancel = |message| scene.store.cancel_delivery(application.id, message, endpoint.id);
    let (delivered, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&delivered, scheduled(&endpoint, seq), 1, Outcome::Delivered).await;
    assert_eq!(cancel(delivered.id).await, Ok(0));
    assert_eq!(state(&scene, &endpoint, delivered.id).await, Some(DeliveryState::Delivered));
    let (never, _) = scene.admit(&application, &[]).await;
    assert_eq!(cancel(never.id).await, Ok(0));
    assert_eq!(state(&scene, &endpoint, never.id).await, None);
}

async fn an_attempt_that_was_under_way_is_recorded_and_nothing_more(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    for outcome in [Outcome::Retry(at(50)), Outcome::GivenUp, Outcome::Delivered] {
        let (message, seq) = scene.admit(&application, &[&endpoint]).await;
        scene.store.cancel_delivery(application.id, message.id, endpoint.id).await.expect("it waits");
        scene.settle(&message, scheduled(&endpoint, seq), 1, outcome).await;
        let wanted = match outcome {
            Outcome::Delivered => DeliveryState::Delivered,
            _ => DeliveryState::Canceled,
        };
        assert_eq!(state(&scene, &endpoint, message.id).await, Some(wanted));
    }
    assert_eq!(depth(&scene).await, (0, 0));
}

async fn a_canceled_message_can_be_sent_again(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.store.cancel_delivery(application.id, message.id, endpoint.id).await.expect("it waits");
    scene.store.resend(application.id, message.id, endpoint.id, at(3)).await.expect("both are there");
    assert_eq!(state(&scene, &endpoint, message.id).await, Some(DeliveryState::Waiting));
    scene.settle(&message, super::scene::by_hand(&endpoint, seq), 1, Outcome::GivenUp).await;
    assert_eq!(state(&scene, &endpoint, message.id).await, Some(DeliveryState::Failed));
}

async fn all_that_waits_is_dropped_in_steps(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let other = scene.endpoint(&application).await;
    let mut messages = Vec::new();
    for n in 0..5 {
        let (message, seq) = scene.admit(&application, &[&endpoint, &other]).await;
        if n % 2 == 0 {
            scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Retry(at(50))).await;
        }
        messages.push(message);
    }
    let mut steps = Vec::new();
    loop {
        let step = scene.store.cancel_waiting(application.id, endpoint.id, 2).await.expect("it is there");
        steps.push(step);
        if !step.more {
            break;
        }
    }
    let dropped: u64 = steps.iter().map(|step| step.deliveries).sum();
    assert_eq!((dropped, steps[0]), (5, Canceled { deliveries: 2, more: true }));
    for message in &messages {
        assert_eq!(state(&scene, &endpoint, message.id).await, Some(DeliveryState::Canceled));
        assert_eq!(state(&scene, &other, message.id).await, Some(DeliveryState::Waiting));
    }
    assert_eq!(depth(&scene).await, (5, 0));
    // Retention takes the marks along.
    scene.store.cancel_waiting(application.id, other.id, 9).await.expect("it is there");
    assert_eq!(scene.store.retire(at(1_000_000), 9).await.expect("upkeep").messages, 5);
}

async fn only_what_is_in_the_application_is_dropped(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, _) = scene.admit(&application, &[&endpoint]).await;
    let (stranger, foreign) = scene.pair().await;
    let one = |app, message, endpoint| scene.store.cancel_delivery(app, message, endpoint);
    assert_eq!(one(stranger.id, message.id, endpoint.id).await, Err(Error::Gone));
    assert_eq!(one(application.id, message.id, foreign.id).await, Err(Error::Gone));
    assert_eq!(one(application.id, scene.id(), endpoint.id).await, Err(Error::Gone));
    assert_eq!(scene.store.cancel_waiting(stranger.id, endpoint.id, 9).await, Err(Error::Gone));
    assert_eq!(scene.first_attempts(&endpoint).await.len(), 1);
    scene.store.delete_endpoint(application.id, endpoint.id).await.expect("it is there");
    assert_eq!(scene.store.cancel_waiting(application.id, endpoint.id, 9).await, Err(Error::Gone));
}
