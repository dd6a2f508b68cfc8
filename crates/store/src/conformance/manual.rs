//! Deliveries that somebody asked for by hand.

use klingel_model::{DeliveryKey, id::kind};

use super::cases;
use super::scene::{Scene, at, by_hand, scheduled};
use crate::{Error, Outcome};

cases![
    a_manual_delivery_stands_beside_the_scheduled_one,
    asking_again_changes_nothing,
    a_manual_success_settles_the_first_attempt,
    a_manual_success_settles_the_retry,
    a_manual_failure_leaves_the_scheduled_one,
    a_scheduled_success_leaves_the_manual_one,
    a_manual_delivery_may_be_retried,
    a_settled_message_can_be_sent_again_and_again,
    what_does_not_exist_cannot_be_resent,
];

async fn keys(scene: &Scene, endpoint: &klingel_model::Endpoint) -> Vec<DeliveryKey> {
    let (first, due) = (scene.first_attempts(endpoint).await, scene.due(endpoint).await);
    first.iter().chain(&due).map(|waiting| waiting.delivery.key).collect()
}

async fn a_manual_delivery_stands_beside_the_scheduled_one(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.store.resend(application.id, message.id, endpoint.id, at(3)).await.expect("both are there");
    assert_eq!(keys(&scene, &endpoint).await, [scheduled(&endpoint, seq), by_hand(&endpoint, seq)]);
    let due = scene.due(&endpoint).await;
    assert_eq!((due[0].delivery.attempts, due[0].delivery.due_at), (0, Some(at(3))));
    assert_eq!(*due[0].message, message);
    let depth = scene.store.depth().await.expect("a read");
    assert_eq!((depth.first_attempts, depth.retries, depth.oldest_due), (1, 1, Some(at(3))));
}

async fn asking_again_changes_nothing(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, _) = scene.admit(&application, &[]).await;
    for due in [3, 1, 9] {
        let asked = scene.store.resend(application.id, message.id, endpoint.id, at(due)).await;
        assert_eq!(asked, Ok(()));
    }
    let due = scene.due(&endpoint).await;
    assert_eq!(due.iter().map(|w| w.delivery.due_at).collect::<Vec<_>>(), [Some(at(3))]);
    assert_eq!(scene.store.depth().await.expect("a read").retries, 1);
}

async fn a_manual_success_settles_the_first_attempt(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    let (_, other) = scene.admit(&application, &[&endpoint]).await;
    scene.store.resend(application.id, message.id, endpoint.id, at(3)).await.expect("both are there");
    scene.settle(&message, by_hand(&endpoint, seq), 1, Outcome::Delivered).await;
    assert_eq!(keys(&scene, &endpoint).await, [scheduled(&endpoint, other)]);
    let depth = scene.store.depth().await.expect("a read");
    assert_eq!((depth.first_attempts, depth.retries), (1, 0));
}

async fn a_manual_success_settles_the_retry(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Retry(at(50))).await;
    scene.store.resend(application.id, message.id, endpoint.id, at(3)).await.expect("both are there");
    scene.settle(&message, by_hand(&endpoint, seq), 1, Outcome::Delivered).await;
    assert_eq!(scene.store.lanes(None, 10).await, Ok(vec![]));
    assert_eq!(scene.store.depth().await.expect("a read").retries, 0);
}

async fn a_manual_failure_leaves_the_scheduled_one(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Retry(at(50))).await;
    scene.store.resend(application.id, message.id, endpoint.id, at(3)).await.expect("both are there");
    scene.settle(&message, by_hand(&endpoint, seq), 1, Outcome::GivenUp).await;
    assert_eq!(keys(&scene, &endpoint).await, [scheduled(&endpoint, seq)]);
}

async fn a_scheduled_success_leaves_the_manual_one(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.store.resend(application.id, message.id, endpoint.id, at(3)).await.expect("both are there");
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Delivered).await;
    assert_eq!(keys(&scene, &endpoint).await, [by_hand(&endpoint, seq)]);
}

async fn a_manual_delivery_may_be_retried(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[]).await;
    scene.store.resend(application.id, message.id, endpoint.id, at(3)).await.expect("both are there");
    scene.settle(&message, by_hand(&endpoint, seq), 1, Outcome::Retry(at(8))).await;
    let due = scene.due(&endpoint).await;
    assert_eq!((due[0].delivery.attempts, due[0].delivery.due_at), (1, Some(at(8))));
    assert_eq!(due[0].delivery.key, by_hand(&endpoint, seq));
}

async fn a_settled_message_can_be_sent_again_and_again(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Delivered).await;
    for number in 1..=2 {
        scene.store.resend(application.id, message.id, endpoint.id, at(3)).await.expect("both are there");
        assert_eq!(keys(&scene, &endpoint).await, [by_hand(&endpoint, seq)]);
        scene.settle(&message, by_hand(&endpoint, seq), number, Outcome::Delivered).await;
        assert_eq!(keys(&scene, &endpoint).await, []);
    }
}

async fn what_does_not_exist_cannot_be_resent(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, _) = scene.admit(&application, &[]).await;
    let (other, foreign) = scene.pair().await;
    let resend = |app, message, endpoint| scene.store.resend(app, message, endpoint, at(3));
    let unknown = scene.id::<kind::Message>();
    assert_eq!(resend(application.id, unknown, endpoint.id).await, Err(Error::Gone));
    assert_eq!(resend(application.id, message.id, foreign.id).await, Err(Error::Gone));
    assert_eq!(resend(other.id, message.id, foreign.id).await, Err(Error::Gone));
    assert_eq!(resend(other.id, message.id, endpoint.id).await, Err(Error::Gone));
    scene.store.delete_endpoint(application.id, endpoint.id).await.expect("it is there");
    assert_eq!(resend(application.id, message.id, endpoint.id).await, Err(Error::Gone));
    let second = scene.endpoint(&application).await;
    assert_eq!(resend(application.id, message.id, second.id).await, Ok(()));
    scene.store.delete_application(application.id).await.expect("it is there");
    assert_eq!(resend(application.id, message.id, second.id).await, Err(Error::Gone));
}
