//! Idempotency keys.

use bytes::Bytes;
use klingel_model::{EventType, Micros};

use super::calls::together;
use super::cases;
use super::scene::{MANY, Scene, admission, at, event_type};
use crate::{Admission, Admitted, Answer, Error, MessageRef, Once, OnceKey, Written};

cases![
    the_same_admission_gives_the_same_message,
    a_key_with_another_request_is_refused,
    of_many_with_one_key_one_is_new,
    a_refused_admission_keeps_no_key,
    a_key_of_a_message_is_no_answer,
    the_same_write_gives_the_same_answer,
    a_replay_wins_over_what_has_changed_since,
    a_refused_write_keeps_no_answer,
    an_answer_that_is_kept_is_given_again,
    keys_are_forgotten_when_their_time_is_over,
];

fn key(number: u8, request: u8, expires_at: Micros) -> OnceKey {
    OnceKey { key: [number; 32], request: [request; 32], expires_at }
}

fn once(number: u8, request: u8) -> Once {
    let body = Bytes::from(format!("{{\"answer\":{number}}}"));
    Once { key: key(number, request, at(100)), answer: Answer { status: 201, body } }
}

async fn the_same_admission_gives_the_same_message(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let first = scene.new_message(&application);
    let with_key = |message| Admission { once: Some(key(1, 1, at(100))), ..admission(message, &[&endpoint]) };
    assert!(matches!(scene.store.admit(with_key(&first)).await, Ok(Admitted::New(_))));
    let second = scene.new_message(&application);
    assert_eq!(scene.store.admit(with_key(&second)).await, Ok(Admitted::Replay(first.id)));
    assert_eq!(scene.store.message(application.id, MessageRef::Id(second.id)).await, Ok(None));
    assert_eq!(scene.first_attempts(&endpoint).await.len(), 1);
}

async fn a_key_with_another_request_is_refused(scene: Scene) {
    let application = scene.application().await;
    let message = scene.new_message(&application);
    let with_key = |request| Admission { once: Some(key(1, request, at(100))), ..admission(&message, &[]) };
    assert!(scene.store.admit(with_key(1)).await.is_ok());
    assert_eq!(scene.store.admit(with_key(2)).await, Err(Error::KeyReused));
}

async fn of_many_with_one_key_one_is_new(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let admissions = (0..20).map(|_| Admission {
        once: Some(key(1, 1, at(100))),
        ..admission(&scene.new_message(&application), &[&endpoint])
    });
    let results = together(admissions.map(|admission| scene.store.admit(admission))).await;
    let waiting = scene.first_attempts(&endpoint).await;
    assert_eq!(waiting.len(), 1);
    let is_new = |result: &&Result<Admitted, Error>| matches!(result, Ok(Admitted::New(_)));
    assert_eq!(results.iter().filter(is_new).count(), 1);
    let replay = Ok(Admitted::Replay(waiting[0].message.id));
    assert_eq!(results.iter().filter(|result| **result == replay).count(), 19);
}

async fn a_refused_admission_keeps_no_key(scene: Scene) {
    let application = scene.application().await;
    let stray = scene.new_message(&scene.new_application(&scene.environment("e").await));
    let with_key = |message| Admission { once: Some(key(1, 1, at(100))), ..admission(message, &[]) };
    assert_eq!(scene.store.admit(with_key(&stray)).await, Err(Error::Gone));
    let good = scene.new_message(&application);
    assert!(matches!(scene.store.admit(with_key(&good)).await, Ok(Admitted::New(_))));
}

async fn a_key_of_a_message_is_no_answer(scene: Scene) {
    let application = scene.application().await;
    let message = scene.new_message(&application);
    let keyed = Admission { once: Some(key(1, 1, at(100))), ..admission(&message, &[]) };
    assert!(scene.store.admit(keyed).await.is_ok());
    assert_eq!(scene.store.answer_of(key(1, 1, at(100))).await, Ok(None));
    assert_eq!(scene.store.answer_of(key(1, 2, at(100))).await, Err(Error::KeyReused));
}

async fn the_same_write_gives_the_same_answer(scene: Scene) {
    let environment = scene.environment("production").await;
    let application = scene.new_application(&environment);
    let add = |request| scene.store.add_application(application.clone(), Some(once(1, request)));
    assert_eq!(add(1).await, Ok(Written::Fresh));
    assert_eq!(add(1).await, Ok(Written::Replay(once(1, 1).answer)));
    assert_eq!(add(2).await, Err(Error::KeyReused));

    let endpoint = scene.new_endpoint(application.id);
    let add = |request| scene.store.add_endpoint(endpoint.clone(), MANY, Some(once(2, request)));
    assert_eq!(add(1).await, Ok(Written::Fresh));
    assert_eq!(add(1).await, Ok(Written::Replay(once(2, 1).answer)));

    let now = scene.now();
    let kind = EventType {
        id: scene.id(),
        environment_id: environment.id,
        name: event_type("a.b"),
        description: String::new(),
        archived: false,
        deprecated: false,
        feature_flag: None,
        schemas_json: None,
        created_at: now,
        updated_at: now,
    };
    let add = |request| scene.store.add_event_type(kind.clone(), Some(once(3, request)));
    assert_eq!(add(1).await, Ok(Written::Fresh));
    assert_eq!(add(1).await, Ok(Written::Replay(once(3, 1).answer)));
}

async fn a_replay_wins_over_what_has_changed_since(scene: Scene) {
    let (application, mut endpoint) = scene.pair().await;
    let expected = endpoint.updated_at;
    endpoint.updated_at = scene.now();
    let replace = || scene.store.replace_endpoint(endpoint.clone(), expected, Some(once(1, 1)));
    assert_eq!(replace().await, Ok(Written::Fresh));
    assert_eq!(replace().await, Ok(Written::Replay(once(1, 1).answer)));
    scene.store.delete_endpoint(application.id, endpoint.id).await.expect("it is there");
    assert_eq!(replace().await, Ok(Written::Replay(once(1, 1).answer)));
}

async fn a_refused_write_keeps_no_answer(scene: Scene) {
    let (application, _) = scene.pair().await;
    let endpoint = scene.new_endpoint(application.id);
    let add = |max| scene.store.add_endpoint(endpoint.clone(), max, Some(once(1, 1)));
    assert_eq!(add(1).await, Err(Error::Limit("endpoints_max", 1)));
    assert_eq!(scene.store.answer_of(once(1, 1).key).await, Ok(None));
    assert_eq!(add(2).await, Ok(Written::Fresh));
}

async fn an_answer_that_is_kept_is_given_again(scene: Scene) {
    assert_eq!(scene.store.answer_of(once(1, 1).key).await, Ok(None));
    assert_eq!(scene.store.keep_answer(once(1, 1)).await, Ok(Written::Fresh));
    assert_eq!(scene.store.answer_of(once(1, 1).key).await, Ok(Some(once(1, 1).answer)));
    let other = Once { answer: Answer { status: 500, body: Bytes::new() }, ..once(1, 1) };
    assert_eq!(scene.store.keep_answer(other).await, Ok(Written::Replay(once(1, 1).answer)));
    assert_eq!(scene.store.keep_answer(once(1, 2)).await, Err(Error::KeyReused));
    assert_eq!(scene.store.answer_of(once(1, 2).key).await, Err(Error::KeyReused));
}

async fn keys_are_forgotten_when_their_time_is_over(scene: Scene) {
    for number in 0..5 {
        let kept = Once { key: key(number, 1, at(i64::from(number))), ..once(number, 1) };
        assert_eq!(scene.store.keep_answer(kept).await, Ok(Written::Fresh));
    }
    assert_eq!(scene.store.forget_answers(at(-1), 10).await, Ok(0));
    assert_eq!(scene.store.forget_answers(at(2), 2).await, Ok(2));
    assert_eq!(scene.store.forget_answers(at(2), 2).await, Ok(1));
    assert_eq!(scene.store.forget_answers(at(2), 2).await, Ok(0));
    assert_eq!(scene.store.answer_of(key(2, 1, at(2))).await, Ok(None));
    assert!(matches!(scene.store.answer_of(key(3, 1, at(3))).await, Ok(Some(_))));
    // The key is free for another request now.
    assert_eq!(scene.store.keep_answer(once(2, 9)).await, Ok(Written::Fresh));
}
