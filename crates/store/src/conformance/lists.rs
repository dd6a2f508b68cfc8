//! Lists by keyset: every item once, in either direction, whatever is added meanwhile.

use std::sync::Arc;

use klingel_model::EventType;

use super::calls::walk;
use super::cases;
use super::scene::{ALL, Scene, event_type, newest, page, scheduled};
use crate::{AttemptFilter, MessageFilter, Order, Outcome, Page, Store};

cases![
    environments_are_listed_both_ways,
    applications_are_listed_both_ways,
    endpoints_are_listed_both_ways,
    event_types_are_listed_both_ways,
    messages_are_listed_both_ways,
    attempts_of_a_message_are_listed_both_ways,
    attempts_of_an_endpoint_are_listed_both_ways,
    the_last_page_is_known_to_be_the_last,
    a_page_is_not_moved_by_what_is_added,
    a_cursor_need_not_exist_any_more,
];

const BOTH: [Order; 2] = [Order::Ascending, Order::Descending];

/// `ids` in this direction.
fn directed<T: Clone>(ids: &[T], order: Order) -> Vec<T> {
    match order {
        Order::Ascending => ids.to_vec(),
        Order::Descending => ids.iter().rev().cloned().collect(),
    }
}

async fn environments_are_listed_both_ways(scene: Scene) {
    let mut names = Vec::new();
    for number in 0..5 {
        names.push(scene.environment(&format!("environment {number}")).await.name);
    }
    for order in BOTH {
        let list = |page| scene.store.environments(page);
        let listed = walk(order, 2, list).await;
        let listed: Vec<_> = listed.into_iter().map(|environment| environment.name).collect();
        assert_eq!(listed, directed(&names, order));
    }
}

async fn applications_are_listed_both_ways(scene: Scene) {
    let environment = scene.environment("production").await;
    let mut all = Vec::new();
    for _ in 0..5 {
        all.push(scene.application_in(&environment).await);
    }
    for order in BOTH {
        let list = |page| scene.store.applications(environment.id, page);
        assert_eq!(walk(order, 2, list).await, directed(&all, order));
    }
}

async fn endpoints_are_listed_both_ways(scene: Scene) {
    let application = scene.application().await;
    let mut all = Vec::new();
    for _ in 0..5 {
        all.push(scene.endpoint(&application).await);
    }
    for order in BOTH {
        let list = |page| scene.store.endpoints(application.id, page);
        assert_eq!(walk(order, 2, list).await, directed(&all, order));
    }
}

async fn event_types_are_listed_both_ways(scene: Scene) {
    let environment = scene.environment("production").await;
    let names = ["B", "a", "a.b", "a_b", "b"];
    for name in ["a_b", "b", "B", "a.b", "a"] {
        let now = scene.now();
        let kind = EventType {
            id: scene.id(),
            environment_id: environment.id,
            name: event_type(name),
            description: String::new(),
            archived: false,
            deprecated: false,
            feature_flag: None,
            schemas_json: None,
            created_at: now,
            updated_at: now,
        };
        scene.store.add_event_type(kind, None).await.expect("it is new");
    }
    for order in BOTH {
        let list = |page| scene.store.event_types(environment.id, page, true);
        let listed = walk(order, 2, list).await;
        let listed: Vec<_> = listed.iter().map(|kind| kind.name.as_str()).collect();
        assert_eq!(listed, directed(&names, order));
    }
}

async fn messages_are_listed_both_ways(scene: Scene) {
    let application = scene.application().await;
    let mut all = Vec::new();
    for _ in 0..7 {
        all.push(scene.admit(&application, &[]).await.0);
    }
    let filter = MessageFilter { with_payload: true, ..MessageFilter::default() };
    for order in BOTH {
        let list = |page| scene.store.messages(application.id, page, filter.clone());
        assert_eq!(walk(order, 3, list).await, directed(&all, order));
    }
}

async fn attempts_of_a_message_are_listed_both_ways(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    let batch: Vec<_> = (1..=7)
        .map(|number| scene.settlement(&message, scheduled(&endpoint, seq), number, Outcome::Delivered))
        .collect();
    scene.store.settle(Arc::new(batch.clone())).await.expect("they are taken");
    let all: Vec<_> = batch.into_iter().filter_map(|settlement| settlement.attempt).collect();
    for order in BOTH {
        let filter = AttemptFilter::default;
        let list = |page| scene.store.attempts_of_message(application.id, message.id, page, filter());
        assert_eq!(walk(order, 3, list).await, directed(&all, order));
    }
}

async fn attempts_of_an_endpoint_are_listed_both_ways(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let other = scene.endpoint(&application).await;
    let mut all = Vec::new();
    for _ in 0..7 {
        let (message, seq) = scene.admit(&application, &[&endpoint, &other]).await;
        let settle = |to| scene.settlement(&message, scheduled(to, seq), 1, Outcome::Delivered);
        let (mine, foreign) = (settle(&endpoint), settle(&other));
        all.extend(mine.attempt.clone());
        scene.store.settle(Arc::new(vec![mine, foreign])).await.expect("they are taken");
    }
    for order in BOTH {
        let (app, id) = (application.id, endpoint.id);
        let list = |page| scene.store.attempts_of_endpoint(app, id, page, AttemptFilter::default());
        assert_eq!(walk(order, 3, list).await, directed(&all, order));
    }
}

async fn the_last_page_is_known_to_be_the_last(scene: Scene) {
    let application = scene.application().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(scene.endpoint(&application).await.id);
    }
    let list = |limit| scene.store.endpoints(application.id, page(limit));
    assert_eq!(list(2).await.expect("a read").resume, Some(ids[1]));
    assert_eq!(list(3).await.expect("a read").resume, None);
    assert_eq!(list(4).await.expect("a read").resume, None);
}

async fn a_page_is_not_moved_by_what_is_added(scene: Scene) {
    let application = scene.application().await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(scene.admit(&application, &[]).await.0.id);
    }
    let list = async |store: &Arc<dyn Store>, page: Page<_>| {
        let scan = store.messages(application.id, page, MessageFilter::default()).await.expect("a read");
        (scan.items.iter().map(|message| message.id).collect::<Vec<_>>(), scan.resume)
    };
    let (first, resume) = list(&scene.store, newest(2)).await;
    assert_eq!(first, [ids[3], ids[2]]);
    let added = scene.admit(&application, &[]).await.0.id;
    let (second, _) = list(&scene.store, Page { after: resume, ..newest(2) }).await;
    assert_eq!(second, [ids[1], ids[0]], "newest first: what is added comes before");
    let ascending = Page { after: Some(ids[2]), ..page(ALL) };
    let (rest, _) = list(&scene.store, ascending).await;
    assert_eq!(rest, [ids[3], added], "oldest first: what is added comes at the end");
}

async fn a_cursor_need_not_exist_any_more(scene: Scene) {
    let application = scene.application().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(scene.endpoint(&application).await.id);
    }
    scene.store.delete_endpoint(application.id, ids[1]).await.expect("it is there");
    for (order, expected) in [(Order::Ascending, ids[2]), (Order::Descending, ids[0])] {
        let page = Page { limit: ALL, after: Some(ids[1]), order };
        let scan = scene.store.endpoints(application.id, page).await.expect("a read");
        assert_eq!(scan.items.iter().map(|endpoint| endpoint.id).collect::<Vec<_>>(), [expected]);
    }
}
