//! Applications.

use std::sync::Arc;

use klingel_model::{Application, Message};

use super::cases;
use super::scene::{ALL, Scene, admission, at, page, scheduled, uid};
use crate::{AppRef, AttemptFilter, EndpointRef, Error, MessageFilter, MessageRef, Outcome, Written};

cases![
    an_application_comes_back_as_it_was_added,
    a_uid_is_taken_once_in_an_environment,
    a_uid_is_taken_on_replacing_too,
    an_application_is_replaced,
    a_stale_replacement_is_refused,
    a_deleted_application_is_gone_at_once,
    a_deleted_applications_uid_is_free,
    what_a_deleted_application_owned_is_not_seen,
    what_a_deleted_application_owned_is_erased_in_steps,
];

async fn an_application_comes_back_as_it_was_added(scene: Scene) {
    let environment = scene.environment("production").await;
    let bare = scene.application_in(&environment).await;
    let full = Application {
        uid: Some(uid("store-17")),
        name: "Gasthof „Zur Linde“".to_owned(),
        dialect: "another".to_owned(),
        rate_limit_per_s: Some(65_000),
        metadata: [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "\"{}\n".to_owned())].into(),
        ..scene.new_application(&environment)
    };
    scene.store.add_application(full.clone(), None).await.expect("it is new");
    for known in [bare, full] {
        let by_id = scene.store.application(environment.id, AppRef::Id(known.id)).await;
        assert_eq!(by_id, Ok(Some(known.clone())));
        assert_eq!(scene.store.application_by_id(known.id).await, Ok(Some(known.clone())));
        if let Some(uid) = known.uid.clone() {
            let named_so = scene.store.application(environment.id, AppRef::Uid(uid)).await;
            assert_eq!(named_so, Ok(Some(known)));
        }
    }
}

async fn a_uid_is_taken_once_in_an_environment(scene: Scene) {
    let (here, there) = (scene.environment("here").await, scene.environment("there").await);
    let named = |environment| Application { uid: Some(uid("u")), ..scene.new_application(environment) };
    assert_eq!(scene.store.add_application(named(&here), None).await, Ok(Written::Fresh));
    assert_eq!(scene.store.add_application(named(&here), None).await, Err(Error::Taken("uid")));
    assert_eq!(scene.store.add_application(named(&there), None).await, Ok(Written::Fresh));
}

async fn a_uid_is_taken_on_replacing_too(scene: Scene) {
    let environment = scene.environment("production").await;
    let named = Application { uid: Some(uid("u")), ..scene.new_application(&environment) };
    scene.store.add_application(named.clone(), None).await.expect("it is new");
    let other = scene.application_in(&environment).await;
    let renamed = Application { uid: Some(uid("u")), ..other.clone() };
    let replaced = scene.store.replace_application(renamed, other.updated_at).await;
    assert_eq!(replaced, Err(Error::Taken("uid")));
    let itself = scene.store.replace_application(named.clone(), named.updated_at).await;
    assert_eq!(itself, Ok(()), "its own uid is no obstacle");
}

async fn an_application_is_replaced(scene: Scene) {
    let application = scene.application().await;
    let replaced = Application {
        uid: Some(uid("u")),
        name: "new".to_owned(),
        rate_limit_per_s: Some(9),
        metadata: [].into(),
        updated_at: scene.now(),
        ..application.clone()
    };
    let result = scene.store.replace_application(replaced.clone(), application.updated_at).await;
    assert_eq!(result, Ok(()));
    assert_eq!(scene.store.application_by_id(application.id).await, Ok(Some(replaced)));
}

async fn a_stale_replacement_is_refused(scene: Scene) {
    let application = scene.application().await;
    let replaced = Application { name: "mine".to_owned(), updated_at: scene.now(), ..application.clone() };
    let expected = application.updated_at;
    assert_eq!(scene.store.replace_application(replaced.clone(), expected).await, Ok(()));
    let theirs = Application { name: "theirs".to_owned(), updated_at: scene.now(), ..application.clone() };
    assert_eq!(scene.store.replace_application(theirs, expected).await, Err(Error::Changed));
    assert_eq!(scene.store.application_by_id(application.id).await, Ok(Some(replaced.clone())));
    let elsewhere = scene.environment("elsewhere").await;
    let moved = Application { environment_id: elsewhere.id, ..replaced.clone() };
    let result = scene.store.replace_application(moved, replaced.updated_at).await;
    assert_eq!(result, Err(Error::Gone), "no application leaves its environment");
}

async fn a_deleted_application_is_gone_at_once(scene: Scene) {
    let application = scene.application().await;
    assert_eq!(scene.store.delete_application(application.id).await, Ok(()));
    assert_eq!(scene.store.delete_application(application.id).await, Err(Error::Gone));
    assert_eq!(scene.store.application_by_id(application.id).await, Ok(None));
    let expected = application.updated_at;
    let replaced = scene.store.replace_application(application.clone(), expected).await;
    assert_eq!(replaced, Err(Error::Gone));
    let late = scene.store.add_endpoint(scene.new_endpoint(application.id), 5, None).await;
    assert_eq!(late, Err(Error::Gone));
}

async fn a_deleted_applications_uid_is_free(scene: Scene) {
    let environment = scene.environment("production").await;
    for _ in 0..3 {
        let named = Application { uid: Some(uid("u")), ..scene.new_application(&environment) };
        scene.store.add_application(named.clone(), None).await.expect("the uid is free");
        scene.store.delete_application(named.id).await.expect("it is there");
    }
}

async fn what_a_deleted_application_owned_is_not_seen(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    let settlement = scene.settlement(&message, scheduled(&endpoint, seq), 1, Outcome::Retry(at(9)));
    let attempt_id = settlement.attempt.as_ref().expect("it has one").id;
    scene.store.settle(Arc::new(vec![settlement])).await.expect("it is taken");
    scene.store.delete_application(application.id).await.expect("it is there");

    let (app, store) = (application.id, &scene.store);
    assert_eq!(store.endpoint(app, EndpointRef::Id(endpoint.id)).await, Ok(None));
    assert_eq!(store.endpoint_by_id(endpoint.id).await, Ok(None));
    assert!(store.endpoints(app, page(ALL)).await.expect("a read").items.is_empty());
    assert_eq!(store.message(app, MessageRef::Id(message.id)).await, Ok(None));
    let messages = store.messages(app, page(ALL), MessageFilter::default()).await;
    assert!(messages.expect("a read").items.is_empty());
    let filter = AttemptFilter::default;
    let of_message = store.attempts_of_message(app, message.id, page(ALL), filter()).await;
    assert!(of_message.expect("a read").items.is_empty());
    let of_endpoint = store.attempts_of_endpoint(app, endpoint.id, page(ALL), filter()).await;
    assert!(of_endpoint.expect("a read").items.is_empty());
    assert_eq!(store.attempt(app, message.id, attempt_id).await, Ok(None));
    assert!(store.destinations(app, message.id, page(ALL)).await.expect("a read").items.is_empty());
    assert_eq!(store.expunge_payload(app, message.id).await, Err(Error::Gone));
    assert_eq!(store.expunge_answer(app, message.id, attempt_id).await, Err(Error::Gone));
}

async fn what_a_deleted_application_owned_is_erased_in_steps(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (kept_application, kept_endpoint) = scene.pair().await;
    for _ in 0..7 {
        let (message, seq) = scene.admit(&application, &[&endpoint]).await;
        scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Retry(at(9))).await;
    }
    let (kept, _) = scene.admit(&kept_application, &[&kept_endpoint]).await;
    scene.store.delete_application(application.id).await.expect("it is there");
    let (mut steps, mut total) = (0, crate::Retired::default());
    loop {
        let step = scene.store.erase_deleted(4).await.expect("upkeep");
        steps += 1;
        total.messages += step.messages;
        total.attempts += step.attempts;
        total.deliveries += step.deliveries;
        if !step.more {
            break;
        }
    }
    assert_eq!((total.messages, total.attempts, total.deliveries), (7, 7, 7));
    assert!(steps > 2, "it went in {steps} steps");
    let depth = scene.store.depth().await.expect("a read");
    assert_eq!((depth.first_attempts, depth.retries, depth.oldest_due), (1, 0, None));
    let read = scene.store.message(kept_application.id, MessageRef::Id(kept.id)).await;
    assert_eq!(read, Ok(Some(kept)));
    let idle = scene.store.erase_deleted(4).await;
    assert_eq!(idle, Ok(crate::Retired::default()));
    let late = Message { id: scene.id(), ..scene.new_message(&application) };
    assert_eq!(scene.store.admit(admission(&late, &[])).await, Err(Error::Gone));
}
