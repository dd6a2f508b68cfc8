//! Removing what is old, and what somebody wants removed.

use std::sync::Arc;

use klingel_model::{Message, MessageId};

use super::cases;
use super::scene::{ALL, Scene, at, page, scheduled, uid};
use crate::{AttemptFilter, Error, MessageFilter, MessageRef, Outcome, Retired};

cases![
    old_messages_go_and_young_ones_stay,
    what_is_owed_stays_until_it_is_settled,
    a_manual_delivery_holds_its_message_too,
    owed_messages_do_not_stand_in_the_way_of_others,
    retention_goes_in_steps,
    attempts_go_with_their_message,
    a_retired_messages_event_id_is_free,
    one_application_can_keep_less_than_the_others,
    what_one_application_owes_stays_and_steps_go_on_behind_it,
    payloads_go_when_their_time_is_over,
    payloads_go_in_steps,
    an_expunged_payload_is_gone_and_the_message_stays,
    an_expunged_answer_is_gone_and_the_attempt_stays,
];

/// Retires until nothing more is left to do.
async fn retire_all(scene: &Scene, before: i64, limit: usize) -> Retired {
    let mut total = Retired::default();
    loop {
        let step = scene.store.retire(at(before), limit).await.expect("upkeep");
        total.messages += step.messages;
        total.attempts += step.attempts;
        if !step.more {
            return total;
        }
    }
}

async fn ids(scene: &Scene, app_id: klingel_model::AppId) -> Vec<MessageId> {
    let scan = scene.store.messages(app_id, page(ALL), MessageFilter::default()).await.expect("a read");
    scan.items.iter().map(|message| message.id).collect()
}

async fn old_messages_go_and_young_ones_stay(scene: Scene) {
    let application = scene.application().await;
    let mut admitted = Vec::new();
    for second in [100, 200, 300] {
        let message = scene.new_message_at(&application, at(second));
        scene.admit_message(&message, &[]).await;
        admitted.push(message.id);
    }
    assert_eq!(retire_all(&scene, 200, 10).await.messages, 1, "exactly as old as allowed stays");
    assert_eq!(ids(&scene, application.id).await, admitted[1..]);
    assert_eq!(retire_all(&scene, 301, 10).await.messages, 2);
    assert_eq!(ids(&scene, application.id).await, []);
    assert_eq!(retire_all(&scene, 301, 10).await, Retired::default());
}

async fn what_is_owed_stays_until_it_is_settled(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let other = scene.endpoint(&application).await;
    let (message, seq) = scene.admit(&application, &[&endpoint, &other]).await;
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Delivered).await;
    assert_eq!(retire_all(&scene, 1000, 10).await.messages, 0);
    scene.settle(&message, scheduled(&other, seq), 1, Outcome::Retry(at(50))).await;
    assert_eq!(retire_all(&scene, 1000, 10).await.messages, 0);
    assert_eq!(*scene.due(&other).await[0].message, message);
    scene.settle(&message, scheduled(&other, seq), 2, Outcome::GivenUp).await;
    let retired = retire_all(&scene, 1000, 10).await;
    assert_eq!((retired.messages, retired.attempts), (1, 3));
}

async fn a_manual_delivery_holds_its_message_too(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, _) = scene.admit(&application, &[]).await;
    scene.store.resend(application.id, message.id, endpoint.id, at(3)).await.expect("both are there");
    assert_eq!(retire_all(&scene, 1000, 10).await.messages, 0);
    scene.store.delete_endpoint(application.id, endpoint.id).await.expect("it is there");
    assert_eq!(retire_all(&scene, 1000, 10).await.messages, 1, "nobody is owed it any more");
}

async fn owed_messages_do_not_stand_in_the_way_of_others(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let mut owed = Vec::new();
    for _ in 0..5 {
        owed.push(scene.admit(&application, &[&endpoint]).await.0.id);
    }
    for _ in 0..3 {
        scene.admit(&application, &[]).await;
    }
    assert_eq!(retire_all(&scene, 1000, 2).await.messages, 3);
    assert_eq!(ids(&scene, application.id).await, owed);
    assert_eq!(scene.first_attempts(&endpoint).await.len(), 5);
}

async fn retention_goes_in_steps(scene: Scene) {
    let application = scene.application().await;
    for _ in 0..5 {
        scene.admit(&application, &[]).await;
    }
    let first = scene.store.retire(at(1000), 2).await.expect("upkeep");
    assert_eq!((first.messages, first.more), (2, true));
    assert_eq!(ids(&scene, application.id).await.len(), 3);
    assert_eq!(retire_all(&scene, 1000, 2).await.messages, 3);
}

async fn attempts_go_with_their_message(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let old = scene.new_message_at(&application, at(-500));
    let seq = scene.admit_message(&old, &[&endpoint]).await;
    scene.settle(&old, scheduled(&endpoint, seq), 1, Outcome::Delivered).await;
    let (young, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&young, scheduled(&endpoint, seq), 1, Outcome::Delivered).await;
    let retired = retire_all(&scene, -100, 10).await;
    assert_eq!((retired.messages, retired.attempts), (1, 1));
    let filter = AttemptFilter::default();
    let left = scene.store.attempts_of_endpoint(application.id, endpoint.id, page(ALL), filter).await;
    let left: Vec<_> = left.expect("a read").items.iter().map(|attempt| attempt.message_id).collect();
    assert_eq!(left, [young.id]);
}

async fn a_retired_messages_event_id_is_free(scene: Scene) {
    let application = scene.application().await;
    for _ in 0..2 {
        let message = Message { event_id: Some(uid("e")), ..scene.new_message(&application) };
        scene.admit_message(&message, &[]).await;
        assert_eq!(retire_all(&scene, 1000, 10).await.messages, 1);
    }
}

async fn one_application_can_keep_less_than_the_others(scene: Scene) {
    let (application, other) = (scene.application().await, scene.application().await);
    let mut admitted = Vec::new();
    for second in [100, 200, 300] {
        for owner in [&application, &other] {
            let message = scene.new_message_at(owner, at(second));
            scene.admit_message(&message, &[]).await;
            admitted.push((owner.id, message.id));
        }
    }
    let retired = scene.store.retire_of(application.id, at(200), None, 10).await.expect("upkeep");
    assert_eq!((retired.messages, retired.resume), (1, None), "exactly as old as allowed stays");
    let left = |app_id| admitted.iter().filter(move |(owner, _)| *owner == app_id).map(|(_, id)| *id);
    assert_eq!(ids(&scene, application.id).await, left(application.id).skip(1).collect::<Vec<_>>());
    assert_eq!(ids(&scene, other.id).await, left(other.id).collect::<Vec<_>>());
}

async fn what_one_application_owes_stays_and_steps_go_on_behind_it(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let owed = scene.new_message_at(&application, at(100));
    scene.admit_message(&owed, &[&endpoint]).await;
    for second in [101, 102, 103] {
        let message = scene.new_message_at(&application, at(second));
        let seq = scene.admit_message(&message, &[&endpoint]).await;
        scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Delivered).await;
    }
    let young = scene.new_message_at(&application, at(500));
    scene.admit_message(&young, &[]).await;
    let (mut after, mut messages, mut attempts) = (None, 0, 0);
    loop {
        let step = scene.store.retire_of(application.id, at(400), after, 2).await.expect("upkeep");
        messages += step.messages;
        attempts += step.attempts;
        match step.resume {
            Some(resume) => after = Some(resume),
            None => break,
        }
    }
    assert_eq!((messages, attempts), (3, 3));
    assert_eq!(ids(&scene, application.id).await, [owed.id, young.id]);
}

async fn payloads_go_when_their_time_is_over(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let message = Message { payload_until: Some(at(50)), ..scene.new_message(&application) };
    scene.admit_message(&message, &[&endpoint]).await;
    let (kept, _) = scene.admit(&application, &[]).await;
    assert_eq!(scene.store.expire_payloads(at(49), 10).await, Ok(0));
    assert_eq!(scene.store.expire_payloads(at(50), 10).await, Ok(1));
    assert_eq!(scene.store.expire_payloads(at(50), 10).await, Ok(0));
    let read = scene.store.message(application.id, MessageRef::Id(message.id)).await;
    let bare = Message { payload: None, payload_until: None, ..message };
    assert_eq!(read, Ok(Some(bare.clone())));
    assert_eq!(*scene.first_attempts(&endpoint).await[0].message, bare, "it is still owed");
    let read = scene.store.message(application.id, MessageRef::Id(kept.id)).await;
    assert_eq!(read, Ok(Some(kept)));
}

async fn payloads_go_in_steps(scene: Scene) {
    let application = scene.application().await;
    for second in 0..5 {
        let message = Message { payload_until: Some(at(second)), ..scene.new_message(&application) };
        scene.admit_message(&message, &[]).await;
    }
    assert_eq!(scene.store.expire_payloads(at(100), 3).await, Ok(3));
    assert_eq!(scene.store.expire_payloads(at(100), 3).await, Ok(2));
    assert_eq!(scene.store.expire_payloads(at(100), 3).await, Ok(0));
}

async fn an_expunged_payload_is_gone_and_the_message_stays(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, _) = scene.admit(&application, &[&endpoint]).await;
    for _ in 0..2 {
        assert_eq!(scene.store.expunge_payload(application.id, message.id).await, Ok(()));
    }
    let bare = Message { payload: None, ..message };
    let read = scene.store.message(application.id, MessageRef::Id(bare.id)).await;
    assert_eq!(read, Ok(Some(bare.clone())));
    assert_eq!(*scene.first_attempts(&endpoint).await[0].message, bare);
    assert_eq!(scene.store.expunge_payload(application.id, scene.id()).await, Err(Error::Gone));
}

async fn an_expunged_answer_is_gone_and_the_attempt_stays(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    let settlement = scene.settlement(&message, scheduled(&endpoint, seq), 1, Outcome::Delivered);
    let mut attempt = settlement.attempt.clone().expect("it has one");
    scene.store.settle(Arc::new(vec![settlement])).await.expect("it is taken");
    let expunged = scene.store.expunge_answer(application.id, message.id, attempt.id).await;
    assert_eq!(expunged, Ok(()));
    attempt.response_body = bytes::Bytes::new();
    let read = scene.store.attempt(application.id, message.id, attempt.id).await;
    assert_eq!(read, Ok(Some(attempt)));
    let unknown = scene.store.expunge_answer(application.id, message.id, scene.id()).await;
    assert_eq!(unknown, Err(Error::Gone));
}
