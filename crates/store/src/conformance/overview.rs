//! Lists that go across applications.

use std::sync::Arc;

use klingel_model::{Application, Attempt, AttemptStatus, Endpoint, EndpointState, Message};

use super::calls::walk;
use super::cases;
use super::scene::{ALL, MANY, Scene, at, event_type, newest, page, scheduled, uid};
use crate::{AttemptFilter, EndpointFilter, HealthChange, MessageFilter, Order, Outcome, Page, Settlement};

cases![
    endpoints_of_all_applications_come_with_their_application,
    endpoints_are_found_by_state_application_and_text,
    messages_of_all_applications_go_by_acceptance,
    messages_across_applications_are_filtered,
    a_message_is_found_without_its_application,
    attempts_go_by_message_and_then_by_attempt,
    failed_attempts_go_by_attempt,
    attempts_of_one_endpoint_go_by_attempt,
    attempts_across_applications_are_filtered,
    what_is_deleted_is_in_no_list,
    other_environments_are_in_no_list,
];

const BOTH: [Order; 2] = [Order::Ascending, Order::Descending];

fn directed<T: Clone>(items: &[T], order: Order) -> Vec<T> {
    match order {
        Order::Ascending => items.to_vec(),
        Order::Descending => items.iter().rev().cloned().collect(),
    }
}

/// Two applications of one environment, with an endpoint each.
async fn two(scene: &Scene) -> [(Application, Endpoint); 2] {
    let environment = scene.environment("production").await;
    let first = scene.application_in(&environment).await;
    let second = scene.application_in(&environment).await;
    let endpoints = [scene.endpoint(&first).await, scene.endpoint(&second).await];
    let [one, other] = endpoints;
    [(first, one), (second, other)]
}

async fn endpoints_of_all_applications_come_with_their_application(scene: Scene) {
    let pairs = two(&scene).await;
    let third = scene.endpoint(&pairs[0].0).await;
    let all = [pairs[0].clone(), pairs[1].clone(), (pairs[0].0.clone(), third)];
    let environment_id = pairs[0].0.environment_id;
    for order in BOTH {
        let list =
            |page| scene.store.endpoints_of_environment(environment_id, page, EndpointFilter::default());
        assert_eq!(walk(order, 2, list).await, directed(&all, order));
    }
}

async fn endpoints_are_found_by_state_application_and_text(scene: Scene) {
    let [(application, healthy), (other, failing)] = two(&scene).await;
    let off = Endpoint {
        disabled: true,
        url: "https://Lager.example/ÜBER".into(),
        description: "Die Kasse".to_owned(),
        uid: Some(uid("Till-7")),
        ..scene.new_endpoint(application.id)
    };
    scene.store.add_endpoint(off.clone(), MANY, None).await.expect("it is new");
    let (message, seq) = scene.admit(&other, &[&failing]).await;
    let health = Some(HealthChange::FailingSince(at(1)));
    let settled = scene.settlement(&message, scheduled(&failing, seq), 1, Outcome::GivenUp);
    scene.store.settle(Arc::new(vec![Settlement { health, ..settled }])).await.expect("it is taken");
    let any = EndpointFilter::default;
    let state = |state| EndpointFilter { state: Some(state), ..any() };
    let text = |text: &str| EndpointFilter { text: Some(text.to_owned()), ..any() };
    for (filter, wanted) in [
        (state(EndpointState::Healthy), vec![healthy.id]),
        (state(EndpointState::Failing), vec![failing.id]),
        (state(EndpointState::Disabled), vec![off.id]),
        (EndpointFilter { app_id: Some(application.id), ..any() }, vec![healthy.id, off.id]),
        (text("lager.EXAMPLE/über"), vec![off.id]),
        (text("kasse"), vec![off.id]),
        (text("TILL-"), vec![off.id]),
        (text("example"), vec![healthy.id, failing.id, off.id]),
        (text("%"), vec![]),
        (EndpointFilter { app_id: Some(other.id), ..text("kasse") }, vec![]),
    ] {
        let list =
            scene.store.endpoints_of_environment(application.environment_id, page(ALL), filter.clone());
        let found: Vec<_> = list.await.expect("a read").items.iter().map(|(_, e)| e.id).collect();
        assert_eq!(found, wanted, "{filter:?}");
    }
}

async fn messages_of_all_applications_go_by_acceptance(scene: Scene) {
    let [(first, _), (second, _)] = two(&scene).await;
    let mut all = Vec::new();
    for application in [&first, &second, &second, &first, &second] {
        let (message, seq) = scene.admit(application, &[]).await;
        all.push((seq, message));
    }
    let filter = MessageFilter { with_payload: true, ..MessageFilter::default() };
    for order in BOTH {
        let list = |page| scene.store.messages_of_environment(first.environment_id, page, filter.clone());
        assert_eq!(walk(order, 2, list).await, directed(&all, order));
    }
}

async fn messages_across_applications_are_filtered(scene: Scene) {
    let [(first, _), (second, _)] = two(&scene).await;
    let mut messages = Vec::new();
    for (n, application) in [&first, &second, &first, &second].into_iter().enumerate() {
        let hours = i64::try_from(n).expect("a small number");
        let mut message = scene.new_message_at(application, at(hours * 3600));
        message.event_type = event_type(if n % 2 == 0 { "even" } else { "odd" });
        scene.admit_message(&message, &[]).await;
        messages.push(message);
    }
    let any = MessageFilter::default;
    for (filter, wanted) in [
        (MessageFilter { event_types: Some(vec![event_type("odd")]), ..any() }, vec![1, 3]),
        (MessageFilter { after: Some(at(3600)), ..any() }, vec![2, 3]),
        (MessageFilter { before: Some(at(3600)), ..any() }, vec![0]),
        (MessageFilter { after: Some(at(1)), before: Some(at(7201)), ..any() }, vec![1, 2]),
        (MessageFilter { after: Some(at(1_000_000)), ..any() }, vec![]),
        (MessageFilter { before: Some(at(-1_000_000)), ..any() }, vec![]),
    ] {
        let list = scene.store.messages_of_environment(first.environment_id, page(ALL), filter.clone());
        let found = list.await.expect("a read").items;
        let wanted: Vec<_> = wanted.into_iter().map(|n: usize| messages[n].id).collect();
        assert_eq!(found.iter().map(|(_, m)| m.id).collect::<Vec<_>>(), wanted, "{filter:?}");
        assert!(found.iter().all(|(_, message)| message.payload.is_none()));
    }
}

async fn a_message_is_found_without_its_application(scene: Scene) {
    let [(first, _), (second, _)] = two(&scene).await;
    for application in [&first, &second] {
        let (message, _) = scene.admit(application, &[]).await;
        let find = |environment_id| scene.store.message_of_environment(environment_id, message.id);
        assert_eq!(find(first.environment_id).await, Ok(Some(message.clone())));
        let elsewhere = scene.environment("staging").await;
        assert_eq!(find(elsewhere.id).await, Ok(None));
        scene.store.delete_application(application.id).await.expect("it is there");
        assert_eq!(find(first.environment_id).await, Ok(None));
    }
}

/// Attempts in the order in which they were made: three messages, of which the first is tried again at the end.
async fn attempts(scene: &Scene, pairs: &[(Application, Endpoint); 2]) -> Vec<Attempt> {
    let [(first, one), (second, other)] = pairs;
    let mut made = Vec::new();
    let mut owed: Vec<(Message, &Endpoint, _)> = Vec::new();
    for (application, endpoint) in [(first, one), (second, other), (first, one)] {
        let (message, seq) = scene.admit(application, &[endpoint]).await;
        // A message that nobody wants is in no list of attempts, and does not end one.
        scene.admit(application, &[]).await;
        owed.push((message, endpoint, seq));
    }
    let steps = [
        (0, 1, Outcome::Retry(at(60))),
        (1, 1, Outcome::GivenUp),
        (2, 1, Outcome::Delivered),
        (0, 2, Outcome::Delivered),
    ];
    for (n, number, outcome) in steps {
        let (message, endpoint, seq) = &owed[n];
        let settlement = scene.settlement(message, scheduled(endpoint, *seq), number, outcome);
        made.extend(settlement.attempt.clone());
        scene.store.settle(Arc::new(vec![settlement])).await.expect("it is taken");
    }
    made
}

async fn attempts_go_by_message_and_then_by_attempt(scene: Scene) {
    let pairs = two(&scene).await;
    let made = attempts(&scene, &pairs).await;
    let by_message = [0, 3, 1, 2].map(|n: usize| made[n].clone());
    let of_first = [0, 3, 2].map(|n: usize| made[n].clone());
    let (first, environment_id) = (pairs[0].0.id, pairs[0].0.environment_id);
    for order in BOTH {
        for limit in [1, 2, 10] {
            let any = AttemptFilter::default;
            let all = |page| scene.store.attempts_of_environment(environment_id, None, page, any());
            assert_eq!(walk(order, limit, all).await, directed(&by_message, order));
            let of_one = |page| scene.store.attempts_of_environment(environment_id, Some(first), page, any());
            assert_eq!(walk(order, limit, of_one).await, directed(&of_first, order));
        }
    }
}

async fn failed_attempts_go_by_attempt(scene: Scene) {
    let pairs = two(&scene).await;
    let made = attempts(&scene, &pairs).await;
    let failed = AttemptFilter { status: Some(AttemptStatus::Fail), ..AttemptFilter::default() };
    let environment_id = pairs[0].0.environment_id;
    for order in BOTH {
        let all = |page| scene.store.attempts_of_environment(environment_id, None, page, failed.clone());
        assert_eq!(walk(order, 1, all).await, directed(&made[..2], order));
        let app = Some(pairs[1].0.id);
        let of_one = |page| scene.store.attempts_of_environment(environment_id, app, page, failed.clone());
        assert_eq!(walk(order, 1, of_one).await, directed(&made[1..2], order));
    }
}

async fn attempts_of_one_endpoint_go_by_attempt(scene: Scene) {
    let pairs = two(&scene).await;
    let made = attempts(&scene, &pairs).await;
    let filter = AttemptFilter { endpoint_id: Some(pairs[0].1.id), ..AttemptFilter::default() };
    let wanted = [0, 2, 3].map(|n: usize| made[n].clone());
    let environment_id = pairs[0].0.environment_id;
    for order in BOTH {
        let list = |page| scene.store.attempts_of_environment(environment_id, None, page, filter.clone());
        assert_eq!(walk(order, 2, list).await, directed(&wanted, order));
        let app = Some(pairs[1].0.id);
        let foreign = |page| scene.store.attempts_of_environment(environment_id, app, page, filter.clone());
        assert_eq!(walk(order, 2, foreign).await, []);
    }
}

async fn attempts_across_applications_are_filtered(scene: Scene) {
    let pairs = two(&scene).await;
    let made = attempts(&scene, &pairs).await;
    let any = AttemptFilter::default;
    let types = |name| Some(vec![event_type(name)]);
    for (filter, wanted) in [
        (AttemptFilter { status: Some(AttemptStatus::Success), ..any() }, vec![3, 2]),
        (AttemptFilter { status_class: Some(500), ..any() }, vec![0, 1]),
        (AttemptFilter { event_types: types("visitor.signin"), ..any() }, vec![0, 3, 1, 2]),
        (AttemptFilter { event_types: types("another"), ..any() }, vec![]),
        (AttemptFilter { after: Some(made[1].started_at), ..any() }, vec![3, 2]),
        (AttemptFilter { before: Some(made[1].started_at), ..any() }, vec![0]),
        (AttemptFilter { before: Some(at(-3600)), ..any() }, vec![]),
    ] {
        let environment_id = pairs[0].0.environment_id;
        let list = scene.store.attempts_of_environment(environment_id, None, page(ALL), filter.clone());
        let wanted: Vec<_> = wanted.into_iter().map(|n: usize| made[n].clone()).collect();
        assert_eq!(list.await.expect("a read").items, wanted, "{filter:?}");
    }
}

async fn what_is_deleted_is_in_no_list(scene: Scene) {
    let pairs = two(&scene).await;
    let made = attempts(&scene, &pairs).await;
    let environment_id = pairs[0].0.environment_id;
    let listed = async |filter: AttemptFilter| {
        let list = scene.store.attempts_of_environment(environment_id, None, newest(ALL), filter);
        list.await.expect("a read").items
    };
    scene.store.delete_endpoint(pairs[0].0.id, pairs[0].1.id).await.expect("it is there");
    assert_eq!(listed(AttemptFilter::default()).await, made[1..2]);
    scene.store.delete_application(pairs[1].0.id).await.expect("it is there");
    assert_eq!(listed(AttemptFilter::default()).await, []);
    let failed = AttemptFilter { status: Some(AttemptStatus::Fail), ..AttemptFilter::default() };
    assert_eq!(listed(failed).await, []);
    let endpoints =
        scene.store.endpoints_of_environment(environment_id, page(ALL), EndpointFilter::default());
    assert_eq!(endpoints.await.expect("a read").items, []);
    let messages = scene.store.messages_of_environment(environment_id, page(ALL), MessageFilter::default());
    let owners: Vec<_> = messages.await.expect("a read").items.iter().map(|(_, m)| m.app_id).collect();
    assert_eq!(owners, [pairs[0].0.id; 4]);
}

async fn other_environments_are_in_no_list(scene: Scene) {
    let pairs = two(&scene).await;
    attempts(&scene, &pairs).await;
    let other = scene.environment("staging").await.id;
    let app_id = Some(pairs[0].0.id);
    for app_id in [None, app_id] {
        for status in [None, Some(AttemptStatus::Fail)] {
            let filter = AttemptFilter { status, ..AttemptFilter::default() };
            let page = Page { limit: ALL, after: None, order: Order::Ascending };
            let list = scene.store.attempts_of_environment(other, app_id, page, filter).await;
            assert_eq!(list.expect("a read").items, []);
        }
    }
    let endpoints = scene.store.endpoints_of_environment(other, page(ALL), EndpointFilter::default());
    assert_eq!(endpoints.await.expect("a read").items, []);
    let messages = scene.store.messages_of_environment(other, page(ALL), MessageFilter::default());
    assert_eq!(messages.await.expect("a read").items, []);
}
