//! Retries and manual deliveries by their time.

use klingel_model::{MessageSeq, Trigger};

use super::cases;
use super::scene::{ALL, Scene, at, scheduled};
use crate::{Outcome, WaitingPage};

cases![
    earliest_come_first,
    what_is_due_at_this_very_instant_is_due,
    the_next_due_time_is_that_of_what_is_left,
    nothing_due_tells_when_something_will_be,
    scheduled_ones_come_before_manual_ones_of_the_same_instant,
    attempts_are_counted,
    first_attempts_are_never_due,
];

fn seqs(page: &WaitingPage) -> Vec<MessageSeq> {
    page.work.iter().map(|waiting| waiting.delivery.key.message_seq).collect()
}

async fn earliest_come_first(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let mut numbers = Vec::new();
    for due in [30, 10, 20] {
        let (message, seq) = scene.admit(&application, &[&endpoint]).await;
        scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Retry(at(due))).await;
        numbers.push(seq);
    }
    let page = scene.store.due(endpoint.id, at(100), ALL).await.expect("a read");
    assert_eq!(seqs(&page), [numbers[1], numbers[2], numbers[0]]);
    assert_eq!(page.next_due, None);
    let times: Vec<_> = page.work.iter().map(|waiting| waiting.delivery.due_at).collect();
    assert_eq!(times, [Some(at(10)), Some(at(20)), Some(at(30))]);
}

async fn what_is_due_at_this_very_instant_is_due(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Retry(at(10))).await;
    assert_eq!(seqs(&scene.store.due(endpoint.id, at(10), ALL).await.expect("a read")), [seq]);
    assert!(scene.store.due(endpoint.id, at(9), ALL).await.expect("a read").work.is_empty());
}

async fn the_next_due_time_is_that_of_what_is_left(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    for due in [10, 20, 30] {
        let (message, seq) = scene.admit(&application, &[&endpoint]).await;
        scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Retry(at(due))).await;
    }
    let by_limit = scene.store.due(endpoint.id, at(100), 1).await.expect("a read");
    assert_eq!((by_limit.work.len(), by_limit.next_due), (1, Some(at(20))));
    let by_time = scene.store.due(endpoint.id, at(25), ALL).await.expect("a read");
    assert_eq!((by_time.work.len(), by_time.next_due), (2, Some(at(30))));
    let all = scene.store.due(endpoint.id, at(100), 3).await.expect("a read");
    assert_eq!((all.work.len(), all.next_due), (3, None));
}

async fn nothing_due_tells_when_something_will_be(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let nothing = scene.store.due(endpoint.id, at(0), ALL).await.expect("a read");
    assert_eq!((nothing.work.len(), nothing.next_due), (0, None));
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Retry(at(10))).await;
    let soon = scene.store.due(endpoint.id, at(0), ALL).await.expect("a read");
    assert_eq!((soon.work.len(), soon.next_due), (0, Some(at(10))));
}

async fn scheduled_ones_come_before_manual_ones_of_the_same_instant(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (early, early_seq) = scene.admit(&application, &[&endpoint]).await;
    let (late, late_seq) = scene.admit(&application, &[&endpoint]).await;
    scene.store.resend(application.id, early.id, endpoint.id, at(10)).await.expect("both are there");
    scene.settle(&late, scheduled(&endpoint, late_seq), 1, Outcome::Retry(at(10))).await;
    let page = scene.store.due(endpoint.id, at(10), ALL).await.expect("a read");
    let keys: Vec<_> =
        page.work.iter().map(|w| (w.delivery.key.trigger, w.delivery.key.message_seq)).collect();
    assert_eq!(keys, [(Trigger::Schedule, late_seq), (Trigger::Manual, early_seq)]);
}

async fn attempts_are_counted(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    for number in 1..=3 {
        scene.settle(&message, scheduled(&endpoint, seq), number, Outcome::Retry(at(10))).await;
        let page = scene.store.due(endpoint.id, at(10), ALL).await.expect("a read");
        assert_eq!(page.work[0].delivery.attempts, number);
        assert_eq!(*page.work[0].message, message);
    }
}

async fn first_attempts_are_never_due(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    scene.admit(&application, &[&endpoint]).await;
    let page = scene.store.due(endpoint.id, at(1_000_000), ALL).await.expect("a read");
    assert_eq!((page.work.len(), page.next_due), (0, None));
}
