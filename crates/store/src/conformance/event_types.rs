//! The catalogue of event types.

use klingel_model::{Environment, EventType};

use super::cases;
use super::scene::{ALL, Scene, event_type, page};
use crate::{Error, Written};

cases![
    an_event_type_comes_back_as_it_was_added,
    a_name_is_taken_once_in_an_environment,
    an_event_type_is_replaced_and_renamed,
    a_stale_replacement_of_an_event_type_is_refused,
    a_deleted_event_type_is_gone_and_its_name_free,
    archived_event_types_are_shown_on_request,
];

fn new(scene: &Scene, environment: &Environment, name: &str) -> EventType {
    let now = scene.now();
    EventType {
        id: scene.id(),
        environment_id: environment.id,
        name: event_type(name),
        description: "somebody came".to_owned(),
        archived: false,
        deprecated: false,
        feature_flag: None,
        schemas_json: None,
        created_at: now,
        updated_at: now,
    }
}

async fn add(scene: &Scene, event_type: &EventType) {
    let written = scene.store.add_event_type(event_type.clone(), None).await;
    assert_eq!(written, Ok(Written::Fresh));
}

async fn an_event_type_comes_back_as_it_was_added(scene: Scene) {
    let environment = scene.environment("production").await;
    let full = EventType {
        deprecated: true,
        feature_flag: Some("beta".to_owned()),
        schemas_json: Some("{\"1\":{\"type\":\"object\"}}".to_owned()),
        ..new(&scene, &environment, "visitor.signin")
    };
    add(&scene, &full).await;
    let read = scene.store.event_type(environment.id, event_type("visitor.signin")).await;
    assert_eq!(read, Ok(Some(full)));
    assert_eq!(scene.store.event_type(environment.id, event_type("visitor")).await, Ok(None));
}

async fn a_name_is_taken_once_in_an_environment(scene: Scene) {
    let (here, there) = (scene.environment("here").await, scene.environment("there").await);
    add(&scene, &new(&scene, &here, "a.b")).await;
    let again = scene.store.add_event_type(new(&scene, &here, "a.b"), None).await;
    assert_eq!(again, Err(Error::Taken("name")));
    add(&scene, &new(&scene, &there, "a.b")).await;
}

async fn an_event_type_is_replaced_and_renamed(scene: Scene) {
    let environment = scene.environment("production").await;
    let (first, second) = (new(&scene, &environment, "a.b"), new(&scene, &environment, "c.d"));
    add(&scene, &first).await;
    add(&scene, &second).await;
    let archived = EventType { archived: true, updated_at: scene.now(), ..first.clone() };
    let replaced = scene.store.replace_event_type(archived.clone(), first.updated_at).await;
    assert_eq!(replaced, Ok(()));
    assert_eq!(scene.store.event_type(environment.id, first.name.clone()).await, Ok(Some(archived.clone())));
    let taken = EventType { name: second.name.clone(), ..archived.clone() };
    let refused = scene.store.replace_event_type(taken, archived.updated_at).await;
    assert_eq!(refused, Err(Error::Taken("name")));
    let renamed = EventType { name: event_type("e.f"), updated_at: scene.now(), ..archived.clone() };
    let replaced = scene.store.replace_event_type(renamed.clone(), archived.updated_at).await;
    assert_eq!(replaced, Ok(()));
    assert_eq!(scene.store.event_type(environment.id, first.name).await, Ok(None));
    assert_eq!(scene.store.event_type(environment.id, event_type("e.f")).await, Ok(Some(renamed)));
}

async fn a_stale_replacement_of_an_event_type_is_refused(scene: Scene) {
    let environment = scene.environment("production").await;
    let known = new(&scene, &environment, "a.b");
    add(&scene, &known).await;
    let stale = scene.store.replace_event_type(known.clone(), scene.now()).await;
    assert_eq!(stale, Err(Error::Changed));
    let stranger = new(&scene, &environment, "a.b");
    let expected = stranger.updated_at;
    assert_eq!(scene.store.replace_event_type(stranger, expected).await, Err(Error::Gone));
    let elsewhere = scene.environment("elsewhere").await;
    let moved = EventType { environment_id: elsewhere.id, ..known.clone() };
    assert_eq!(scene.store.replace_event_type(moved, known.updated_at).await, Err(Error::Gone));
}

async fn a_deleted_event_type_is_gone_and_its_name_free(scene: Scene) {
    let environment = scene.environment("production").await;
    let known = new(&scene, &environment, "a.b");
    add(&scene, &known).await;
    let delete = || scene.store.delete_event_type(environment.id, event_type("a.b"));
    assert_eq!(delete().await, Ok(()));
    assert_eq!(delete().await, Err(Error::Gone));
    assert_eq!(scene.store.event_type(environment.id, event_type("a.b")).await, Ok(None));
    add(&scene, &new(&scene, &environment, "a.b")).await;
}

async fn archived_event_types_are_shown_on_request(scene: Scene) {
    let environment = scene.environment("production").await;
    for (name, archived) in [("c", false), ("a", true), ("b", false)] {
        add(&scene, &EventType { archived, ..new(&scene, &environment, name) }).await;
    }
    for (include_archived, expected) in [(true, vec!["a", "b", "c"]), (false, vec!["b", "c"])] {
        let scan = scene.store.event_types(environment.id, page(ALL), include_archived).await;
        let items = scan.expect("a read").items;
        assert_eq!(items.iter().map(|kind| kind.name.as_str()).collect::<Vec<_>>(), expected);
    }
}
