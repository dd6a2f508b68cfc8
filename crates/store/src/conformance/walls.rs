//! Nobody sees behind another environment's or application's wall.

use std::sync::Arc;

use klingel_model::{Application, Endpoint, EventType, KeyDigest};

use super::cases;
use super::scene::{ALL, MANY, Scene, event_type, page, scheduled, uid};
use crate::{AppRef, AttemptFilter, EndpointRef, Error, MessageFilter, MessageRef, Outcome};

cases![
    environments_do_not_see_each_others_applications,
    environments_do_not_see_each_others_event_types,
    applications_do_not_see_each_others_endpoints,
    applications_do_not_see_each_others_messages,
    applications_do_not_see_each_others_attempts,
    what_nobody_made_is_not_found,
];

async fn environments_do_not_see_each_others_applications(scene: Scene) {
    let (here, there) = (scene.environment("here").await, scene.environment("there").await);
    let hidden = Application { uid: Some(uid("u")), ..scene.new_application(&there) };
    scene.store.add_application(hidden.clone(), None).await.expect("it is new");
    assert_eq!(scene.store.application(here.id, AppRef::Id(hidden.id)).await, Ok(None));
    assert_eq!(scene.store.application(here.id, AppRef::Uid(uid("u"))).await, Ok(None));
    let listed = scene.store.applications(here.id, page(ALL)).await.expect("a read");
    assert_eq!((listed.items, listed.resume), (vec![], None));
}

async fn environments_do_not_see_each_others_event_types(scene: Scene) {
    let (here, there) = (scene.environment("here").await, scene.environment("there").await);
    let hidden = EventType {
        id: scene.id(),
        environment_id: there.id,
        name: event_type("a.b"),
        description: String::new(),
        archived: false,
        deprecated: false,
        feature_flag: None,
        schemas_json: None,
        created_at: scene.now(),
        updated_at: scene.now(),
    };
    scene.store.add_event_type(hidden, None).await.expect("it is new");
    assert_eq!(scene.store.event_type(here.id, event_type("a.b")).await, Ok(None));
    let listed = scene.store.event_types(here.id, page(ALL), true).await.expect("a read");
    assert!(listed.items.is_empty());
    let deleted = scene.store.delete_event_type(here.id, event_type("a.b")).await;
    assert_eq!(deleted, Err(Error::Gone));
}

async fn applications_do_not_see_each_others_endpoints(scene: Scene) {
    let environment = scene.environment("production").await;
    let (here, there) = (scene.application_in(&environment).await, scene.application_in(&environment).await);
    let hidden = Endpoint { uid: Some(uid("u")), ..scene.new_endpoint(there.id) };
    scene.store.add_endpoint(hidden.clone(), MANY, None).await.expect("it is new");
    assert_eq!(scene.store.endpoint(here.id, EndpointRef::Id(hidden.id)).await, Ok(None));
    assert_eq!(scene.store.endpoint(here.id, EndpointRef::Uid(uid("u"))).await, Ok(None));
    assert!(scene.store.endpoints(here.id, page(ALL)).await.expect("a read").items.is_empty());
    assert_eq!(scene.store.delete_endpoint(here.id, hidden.id).await, Err(Error::Gone));
    assert_eq!(scene.stored_endpoint(&hidden).await, hidden);
}

async fn applications_do_not_see_each_others_messages(scene: Scene) {
    let environment = scene.environment("production").await;
    let (here, there) = (scene.application_in(&environment).await, scene.application_in(&environment).await);
    let endpoint = scene.endpoint(&there).await;
    let hidden = klingel_model::Message { event_id: Some(uid("e")), ..scene.new_message(&there) };
    scene.admit_message(&hidden, &[&endpoint]).await;
    assert_eq!(scene.store.message(here.id, MessageRef::Id(hidden.id)).await, Ok(None));
    assert_eq!(scene.store.message(here.id, MessageRef::EventId(uid("e"))).await, Ok(None));
    let listed = scene.store.messages(here.id, page(ALL), MessageFilter::default()).await;
    assert!(listed.expect("a read").items.is_empty());
    let destinations = scene.store.destinations(here.id, hidden.id, page(ALL)).await;
    assert!(destinations.expect("a read").items.is_empty());
    assert_eq!(scene.store.expunge_payload(here.id, hidden.id).await, Err(Error::Gone));
    let read = scene.store.message(there.id, MessageRef::Id(hidden.id)).await;
    assert_eq!(read, Ok(Some(hidden)));
}

async fn applications_do_not_see_each_others_attempts(scene: Scene) {
    let (there, endpoint) = scene.pair().await;
    let here = scene.application().await;
    let (message, seq) = scene.admit(&there, &[&endpoint]).await;
    let settlement = scene.settlement(&message, scheduled(&endpoint, seq), 1, Outcome::Delivered);
    let attempt = settlement.attempt.clone().expect("it has one");
    scene.store.settle(Arc::new(vec![settlement])).await.expect("it is taken");
    let filter = AttemptFilter::default;
    let of_message = scene.store.attempts_of_message(here.id, message.id, page(ALL), filter()).await;
    assert!(of_message.expect("a read").items.is_empty());
    let of_endpoint = scene.store.attempts_of_endpoint(here.id, endpoint.id, page(ALL), filter()).await;
    assert!(of_endpoint.expect("a read").items.is_empty());
    assert_eq!(scene.store.attempt(here.id, message.id, attempt.id).await, Ok(None));
    assert_eq!(scene.store.expunge_answer(here.id, message.id, attempt.id).await, Err(Error::Gone));
    let (other, _) = scene.admit(&there, &[]).await;
    assert_eq!(scene.store.attempt(there.id, other.id, attempt.id).await, Ok(None), "another message's");
    assert_eq!(scene.store.attempt(there.id, message.id, attempt.id).await, Ok(Some(attempt)));
}

async fn what_nobody_made_is_not_found(scene: Scene) {
    let (application, _) = scene.pair().await;
    let (environment_id, app, store) = (application.environment_id, application.id, &scene.store);
    assert_eq!(store.environment_by_name("nowhere").await, Ok(None));
    assert_eq!(store.key_by_digest(KeyDigest([0; 32])).await, Ok(None));
    assert_eq!(store.application(environment_id, AppRef::Id(scene.id())).await, Ok(None));
    assert_eq!(store.application_by_id(scene.id()).await, Ok(None));
    assert_eq!(store.endpoint(app, EndpointRef::Id(scene.id())).await, Ok(None));
    assert_eq!(store.endpoint_by_id(scene.id()).await, Ok(None));
    assert_eq!(store.message(app, MessageRef::Id(scene.id())).await, Ok(None));
    assert_eq!(store.attempt(app, scene.id(), scene.id()).await, Ok(None));
    assert_eq!(store.expunge_payload(app, scene.id()).await, Err(Error::Gone));
    assert_eq!(store.expunge_answer(app, scene.id(), scene.id()).await, Err(Error::Gone));
}
