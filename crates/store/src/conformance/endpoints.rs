//! Endpoints.

use std::time::Duration;

use klingel_model::{ChannelName, Endpoint, RetrySchedule, SecretKey, SigningSecret};

use super::calls::together;
use super::cases;
use super::scene::{ALL, MANY, Scene, at, event_type, page, scheduled, uid};
use crate::{EndpointRef, Error, Outcome, Written};

cases![
    an_endpoint_comes_back_as_it_was_added,
    no_list_and_an_empty_list_are_two_things,
    an_endpoints_uid_is_taken_once_in_an_application,
    an_endpoints_uid_is_taken_on_replacing_too,
    an_application_has_only_so_many_endpoints,
    of_two_who_want_the_last_place_one_gets_it,
    an_endpoint_is_replaced,
    a_stale_replacement_of_an_endpoint_is_refused,
    a_deleted_endpoint_is_gone_and_its_uid_free,
    what_was_owed_to_a_deleted_endpoint_is_erased_in_steps,
];

fn full(scene: &Scene, app_id: klingel_model::AppId) -> Endpoint {
    let secret = |key, expires_at| SigningSecret { key, expires_at };
    Endpoint {
        uid: Some(uid("till-3")),
        url: "https://example.com/ü?a=b".into(),
        description: "the till".to_owned(),
        disabled: true,
        event_types: Some(vec![event_type("b.x"), event_type("a")]),
        channels: Some(["z", "y"].map(|name| ChannelName::new(name).expect("a good name")).to_vec()),
        rate_limit_per_s: Some(5),
        max_in_flight: 2,
        retry_schedule: RetrySchedule::new([Duration::from_millis(1500), Duration::from_mins(1)]).ok(),
        headers: [("x-a".to_owned(), "1".to_owned()), ("x-b".to_owned(), "ü\"".to_owned())].into(),
        secrets: vec![
            secret(SecretKey::Ed25519([3; 64]), None),
            secret(SecretKey::Symmetric(vec![0, 255, 7]), Some(at(5))),
            secret(SecretKey::Opaque("pass phrase".to_owned()), Some(at(9))),
        ],
        dialect_settings_json: Some("{\"a\":1}".to_owned()),
        filter_json: Some("{\"eventType\":\"a\"}".to_owned()),
        metadata: [("k".to_owned(), "v".to_owned())].into(),
        ..scene.new_endpoint(app_id)
    }
}

async fn an_endpoint_comes_back_as_it_was_added(scene: Scene) {
    let application = scene.application().await;
    let endpoint = full(&scene, application.id);
    let written = scene.store.add_endpoint(endpoint.clone(), MANY, None).await;
    assert_eq!(written, Ok(Written::Fresh));
    let by_id = scene.store.endpoint(application.id, EndpointRef::Id(endpoint.id)).await;
    assert_eq!(by_id, Ok(Some(endpoint.clone())));
    let named_so = scene.store.endpoint(application.id, EndpointRef::Uid(uid("till-3"))).await;
    assert_eq!(named_so, Ok(Some(endpoint.clone())));
    assert_eq!(scene.store.endpoint_by_id(endpoint.id).await, Ok(Some(endpoint.clone())));
    let listed = scene.store.endpoints(application.id, page(ALL)).await.expect("a read");
    assert_eq!(listed.items, [endpoint]);
}

async fn no_list_and_an_empty_list_are_two_things(scene: Scene) {
    let application = scene.application().await;
    for lists in [(None, None), (Some(vec![]), Some(vec![])), (Some(vec![event_type("a")]), None)] {
        let (event_types, channels) = lists;
        let (headers, secrets, retry_schedule) = ([].into(), vec![], RetrySchedule::new([]).ok());
        let bare = scene.new_endpoint(application.id);
        let endpoint = Endpoint { event_types, channels, headers, secrets, retry_schedule, ..bare };
        scene.store.add_endpoint(endpoint.clone(), MANY, None).await.expect("it is new");
        assert_eq!(scene.stored_endpoint(&endpoint).await, endpoint);
    }
}

async fn an_endpoints_uid_is_taken_once_in_an_application(scene: Scene) {
    let environment = scene.environment("production").await;
    let (here, there) = (scene.application_in(&environment).await, scene.application_in(&environment).await);
    let add = |app| {
        let named = Endpoint { uid: Some(uid("u")), ..scene.new_endpoint(app) };
        scene.store.add_endpoint(named, MANY, None)
    };
    assert_eq!(add(here.id).await, Ok(Written::Fresh));
    assert_eq!(add(here.id).await, Err(Error::Taken("uid")));
    assert_eq!(add(there.id).await, Ok(Written::Fresh));
}

async fn an_endpoints_uid_is_taken_on_replacing_too(scene: Scene) {
    let (application, other) = scene.pair().await;
    let named = Endpoint { uid: Some(uid("u")), ..scene.new_endpoint(application.id) };
    scene.store.add_endpoint(named.clone(), MANY, None).await.expect("it is new");
    let renamed = Endpoint { uid: Some(uid("u")), ..other.clone() };
    let refused = scene.store.replace_endpoint(renamed, other.updated_at, None).await;
    assert_eq!(refused, Err(Error::Taken("uid")));
    let itself = scene.store.replace_endpoint(named.clone(), named.updated_at, None).await;
    assert_eq!(itself, Ok(Written::Fresh), "its own uid is no obstacle");
}

async fn an_application_has_only_so_many_endpoints(scene: Scene) {
    let (application, first) = scene.pair().await;
    let add = || scene.store.add_endpoint(scene.new_endpoint(application.id), 2, None);
    assert_eq!(add().await, Ok(Written::Fresh));
    assert_eq!(add().await, Err(Error::Limit("endpoints_max", 2)));
    scene.store.delete_endpoint(application.id, first.id).await.expect("it is there");
    assert_eq!(add().await, Ok(Written::Fresh), "a deleted one makes room");
}

async fn of_two_who_want_the_last_place_one_gets_it(scene: Scene) {
    let (application, _) = scene.pair().await;
    let adds = (0..2).map(|_| scene.store.add_endpoint(scene.new_endpoint(application.id), 2, None));
    let mut results = together(adds).await;
    results.sort_by_key(Result::is_err);
    assert_eq!(results, [Ok(Written::Fresh), Err(Error::Limit("endpoints_max", 2))]);
}

async fn an_endpoint_is_replaced(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let replaced = Endpoint {
        id: endpoint.id,
        created_at: endpoint.created_at,
        updated_at: scene.now(),
        ..full(&scene, application.id)
    };
    let written = scene.store.replace_endpoint(replaced.clone(), endpoint.updated_at, None).await;
    assert_eq!(written, Ok(Written::Fresh));
    assert_eq!(scene.stored_endpoint(&endpoint).await, replaced);
}

async fn a_stale_replacement_of_an_endpoint_is_refused(scene: Scene) {
    let (_, endpoint) = scene.pair().await;
    let (foreign, _) = scene.pair().await;
    let stale = scene.store.replace_endpoint(endpoint.clone(), scene.now(), None).await;
    assert_eq!(stale, Err(Error::Changed));
    let moved = Endpoint { app_id: foreign.id, ..endpoint.clone() };
    let refused = scene.store.replace_endpoint(moved, endpoint.updated_at, None).await;
    assert_eq!(refused, Err(Error::Gone), "no endpoint leaves its application");
    assert_eq!(scene.stored_endpoint(&endpoint).await, endpoint);
}

async fn a_deleted_endpoint_is_gone_and_its_uid_free(scene: Scene) {
    let application = scene.application().await;
    for _ in 0..2 {
        let named = Endpoint { uid: Some(uid("u")), ..scene.new_endpoint(application.id) };
        scene.store.add_endpoint(named.clone(), MANY, None).await.expect("the uid is free");
        assert_eq!(scene.store.delete_endpoint(application.id, named.id).await, Ok(()));
        assert_eq!(scene.store.delete_endpoint(application.id, named.id).await, Err(Error::Gone));
        assert_eq!(scene.store.endpoint_by_id(named.id).await, Ok(None));
        let named_so = scene.store.endpoint(application.id, EndpointRef::Uid(uid("u"))).await;
        assert_eq!(named_so, Ok(None));
        let replaced = scene.store.replace_endpoint(named.clone(), named.updated_at, None).await;
        assert_eq!(replaced, Err(Error::Gone));
    }
}

async fn what_was_owed_to_a_deleted_endpoint_is_erased_in_steps(scene: Scene) {
    let (application, deleted) = scene.pair().await;
    let kept = scene.endpoint(&application).await;
    for _ in 0..5 {
        let (message, seq) = scene.admit(&application, &[&deleted, &kept]).await;
        scene.settle(&message, scheduled(&deleted, seq), 1, Outcome::Retry(at(1))).await;
    }
    scene.admit(&application, &[&deleted]).await;
    scene.store.delete_endpoint(application.id, deleted.id).await.expect("it is there");
    let (mut deliveries, mut messages) = (0, 0);
    loop {
        let step = scene.store.erase_deleted(2).await.expect("upkeep");
        assert!(step.deliveries <= 2);
        deliveries += step.deliveries;
        messages += step.messages;
        if !step.more {
            break;
        }
    }
    assert_eq!((deliveries, messages), (6, 0));
    let depth = scene.store.depth().await.expect("a read");
    assert_eq!((depth.first_attempts, depth.retries, depth.oldest_due), (5, 0, None));
    assert_eq!(scene.first_attempts(&kept).await.len(), 5);
}
