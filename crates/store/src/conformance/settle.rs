//! Settling deliveries.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use klingel_model::{Attempt, AttemptStatus, ErrorClass, Trigger};

use super::cases;
use super::scene::{ALL, Scene, at, page, scheduled};
use crate::{AttemptFilter, MessageRef, Outcome, Settlement};

cases![
    a_delivered_message_leaves_an_attempt_and_no_delivery,
    an_attempt_comes_back_as_it_was_recorded,
    a_message_given_up_is_not_tried_again,
    a_dropped_delivery_leaves_no_attempt,
    a_retry_waits_for_its_time,
    a_retry_without_an_attempt_counts_none,
    a_second_settlement_only_records_its_attempt,
    a_late_retry_does_not_bring_a_delivery_back,
    an_attempt_is_recorded_once,
    an_attempt_of_a_message_that_is_gone_is_left_out,
    an_attempt_to_a_deleted_endpoint_stays_with_its_message,
    a_batch_settles_each_of_its_deliveries,
    a_large_batch_is_settled,
    messages_side_by_side_are_settled_each_for_itself,
];

async fn attempts(scene: &Scene, message: &klingel_model::Message) -> Vec<Attempt> {
    let filter = AttemptFilter::default();
    let scan = scene.store.attempts_of_message(message.app_id, message.id, page(ALL), filter).await;
    scan.expect("a read").items
}

async fn a_delivered_message_leaves_an_attempt_and_no_delivery(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    let settlement = scene.settlement(&message, scheduled(&endpoint, seq), 1, Outcome::Delivered);
    scene.store.settle(Arc::new(vec![settlement.clone()])).await.expect("it is taken");
    assert!(scene.first_attempts(&endpoint).await.is_empty());
    assert!(scene.due(&endpoint).await.is_empty());
    assert_eq!(attempts(&scene, &message).await, settlement.attempt.into_iter().collect::<Vec<_>>());
}

async fn an_attempt_comes_back_as_it_was_recorded(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    let attempt = Attempt {
        url: "https://user@example.com:8443/ü?x=1".into(),
        number: 7,
        trigger: Trigger::Manual,
        duration: Duration::from_micros(1_234_567),
        status: AttemptStatus::Fail,
        response_status: 0,
        response_body: Bytes::from_static(b"\xff\0half"),
        error_class: Some(ErrorClass::RefusedAddress),
        error: Some("the address is private".into()),
        next_attempt_at: Some(at(77)),
        ..scene.attempt(&message, endpoint.id, 7)
    };
    let key = scheduled(&endpoint, seq);
    let outcome = Outcome::Retry(at(77));
    let settlement = Settlement { key, attempt: Some(attempt.clone()), outcome, health: None };
    scene.store.settle(Arc::new(vec![settlement])).await.expect("it is taken");
    let read = scene.store.attempt(application.id, message.id, attempt.id).await;
    assert_eq!(read, Ok(Some(attempt)));
}

async fn a_message_given_up_is_not_tried_again(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Retry(at(5))).await;
    scene.settle(&message, scheduled(&endpoint, seq), 2, Outcome::GivenUp).await;
    assert_eq!(scene.store.lanes(None, 10).await, Ok(vec![]));
    assert_eq!(attempts(&scene, &message).await.len(), 2);
}

async fn a_dropped_delivery_leaves_no_attempt(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    let key = scheduled(&endpoint, seq);
    let dropped = Settlement { key, attempt: None, outcome: Outcome::Dropped, health: None };
    scene.store.settle(Arc::new(vec![dropped])).await.expect("it is taken");
    assert_eq!(scene.store.lanes(None, 10).await, Ok(vec![]));
    assert!(attempts(&scene, &message).await.is_empty());
    let read = scene.store.message(application.id, MessageRef::Id(message.id)).await;
    assert_eq!(read, Ok(Some(message)));
}

async fn a_retry_waits_for_its_time(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Retry(at(5))).await;
    let due = scene.due(&endpoint).await;
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].delivery.key, scheduled(&endpoint, seq));
    assert_eq!((due[0].delivery.attempts, due[0].delivery.due_at), (1, Some(at(5))));
    scene.settle(&message, scheduled(&endpoint, seq), 2, Outcome::Delivered).await;
    assert_eq!(scene.store.lanes(None, 10).await, Ok(vec![]));
}

async fn a_retry_without_an_attempt_counts_none(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (_, seq) = scene.admit(&application, &[&endpoint]).await;
    let key = scheduled(&endpoint, seq);
    for due in [5, 6] {
        let later = Settlement { key, attempt: None, outcome: Outcome::Retry(at(due)), health: None };
        scene.store.settle(Arc::new(vec![later])).await.expect("it is taken");
        let waiting = scene.due(&endpoint).await;
        assert_eq!((waiting[0].delivery.attempts, waiting[0].delivery.due_at), (0, Some(at(due))));
    }
    assert!(scene.first_attempts(&endpoint).await.is_empty());
}

async fn a_second_settlement_only_records_its_attempt(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    let (_, other) = scene.admit(&application, &[&endpoint]).await;
    for number in 1..=2 {
        scene.settle(&message, scheduled(&endpoint, seq), number, Outcome::Delivered).await;
    }
    assert_eq!(attempts(&scene, &message).await.len(), 2);
    let left = scene.first_attempts(&endpoint).await;
    assert_eq!(left.iter().map(|w| w.delivery.key.message_seq).collect::<Vec<_>>(), [other]);
    assert_eq!(scene.store.depth().await.expect("a read").first_attempts, 1);
}

async fn a_late_retry_does_not_bring_a_delivery_back(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Delivered).await;
    scene.settle(&message, scheduled(&endpoint, seq), 2, Outcome::Retry(at(5))).await;
    assert_eq!(scene.store.lanes(None, 10).await, Ok(vec![]));
    let depth = scene.store.depth().await.expect("a read");
    assert_eq!((depth.first_attempts, depth.retries), (0, 0));
}

async fn an_attempt_is_recorded_once(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    let settlement = scene.settlement(&message, scheduled(&endpoint, seq), 1, Outcome::Retry(at(5)));
    for _ in 0..2 {
        scene.store.settle(Arc::new(vec![settlement.clone()])).await.expect("it is taken");
    }
    assert_eq!(attempts(&scene, &message).await.len(), 1);
    assert_eq!(scene.due(&endpoint).await[0].delivery.attempts, 1);
}

async fn an_attempt_of_a_message_that_is_gone_is_left_out(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Delivered).await;
    assert_eq!(scene.store.retire(at(1000), 10).await.expect("upkeep").messages, 1);
    scene.settle(&message, scheduled(&endpoint, seq), 2, Outcome::Delivered).await;
    let filter = AttemptFilter::default();
    let left = scene.store.attempts_of_endpoint(application.id, endpoint.id, page(ALL), filter).await;
    assert!(left.expect("a read").items.is_empty());
}

async fn an_attempt_to_a_deleted_endpoint_stays_with_its_message(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.store.delete_endpoint(application.id, endpoint.id).await.expect("it is there");
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Delivered).await;
    while scene.store.erase_deleted(10).await.expect("upkeep").more {}
    let of_message = attempts(&scene, &message).await;
    assert_eq!(of_message.iter().map(|a| a.endpoint_id).collect::<Vec<_>>(), [endpoint.id]);
    let filter = AttemptFilter::default();
    let of_endpoint = scene.store.attempts_of_endpoint(application.id, endpoint.id, page(ALL), filter).await;
    assert!(of_endpoint.expect("a read").items.is_empty());
}

async fn a_batch_settles_each_of_its_deliveries(scene: Scene) {
    let (application, first) = scene.pair().await;
    let (second, third) = (scene.endpoint(&application).await, scene.endpoint(&application).await);
    let (message, seq) = scene.admit(&application, &[&first, &second, &third]).await;
    let outcomes =
        [(&first, Outcome::Delivered), (&second, Outcome::Retry(at(9))), (&third, Outcome::GivenUp)];
    let batch = outcomes.map(|(e, outcome)| scene.settlement(&message, scheduled(e, seq), 1, outcome));
    scene.store.settle(Arc::new(batch.to_vec())).await.expect("they are taken");
    let lanes = scene.store.lanes(None, 10).await.expect("a read");
    assert_eq!(lanes.iter().map(|lane| lane.endpoint_id).collect::<Vec<_>>(), [second.id]);
    assert_eq!(attempts(&scene, &message).await.len(), 3);
    scene.store.settle(Arc::new(vec![])).await.expect("nothing is easily settled");
}

async fn a_large_batch_is_settled(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let mut batch = Vec::new();
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    for number in 1..=3000 {
        batch.push(scene.settlement(&message, scheduled(&endpoint, seq), number, Outcome::Retry(at(5))));
    }
    scene.store.settle(Arc::new(batch)).await.expect("they are taken");
    assert_eq!(scene.due(&endpoint).await[0].delivery.attempts, 3000);
    let scan =
        scene.store.attempts_of_message(message.app_id, message.id, page(5000), AttemptFilter::default());
    assert_eq!(scan.await.expect("a read").items.len(), 3000);
}

/// A store may settle what lies side by side at once: what was settled before, what comes twice, other endpoints'
/// deliveries and those of other stages must not be drawn in.
async fn messages_side_by_side_are_settled_each_for_itself(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let other = scene.endpoint(&application).await;
    let mut messages = Vec::new();
    for _ in 0..30 {
        messages.push(scene.admit(&application, &[&endpoint, &other]).await);
    }
    let settled = |(message, seq): &(klingel_model::Message, _), outcome| {
        scene.settlement(message, scheduled(&endpoint, *seq), 1, outcome)
    };
    // Before: one is delivered, one waits for its retry.
    let before =
        vec![settled(&messages[3], Outcome::Delivered), settled(&messages[12], Outcome::Retry(at(50)))];
    scene.store.settle(Arc::new(before)).await.expect("it is taken");
    // A batch out of order: all but the last two, the sixth one twice, the twentieth to be tried again.
    let mut batch: Vec<_> = messages[..28].iter().rev().map(|one| settled(one, Outcome::Delivered)).collect();
    batch.push(settled(&messages[5], Outcome::Delivered));
    let twentieth = 28 - 1 - 19;
    batch[twentieth] = settled(&messages[19], Outcome::Retry(at(60)));
    scene.store.settle(Arc::new(batch)).await.expect("it is taken");

    let numbers = |waiting: &[crate::Waiting]| -> Vec<_> {
        waiting.iter().map(|waiting| waiting.delivery.key.message_seq).collect()
    };
    let left: Vec<_> = messages[28..].iter().map(|(_, seq)| *seq).collect();
    assert_eq!(numbers(&scene.first_attempts(&endpoint).await), left);
    assert_eq!(numbers(&scene.due(&endpoint).await), [messages[19].1]);
    assert_eq!(scene.first_attempts(&other).await.len(), messages.len());
    let mut counts = Vec::new();
    for (message, _) in &messages {
        counts.push(attempts(&scene, message).await.len());
    }
    let mut expected = vec![1; 28];
    expected.extend([0, 0]);
    for settled_twice in [3, 5, 12] {
        expected[settled_twice] = 2;
    }
    assert_eq!(counts, expected);
    let depth = scene.store.depth().await.expect("a read");
    assert_eq!((depth.first_attempts, depth.retries), (32, 1));
}
