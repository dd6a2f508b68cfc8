//! Filtered lists.

use std::sync::Arc;

use klingel_model::{Application, AttemptStatus, ChannelName, Endpoint, Message};

use super::calls::walk;
use super::cases;
use super::scene::{ALL, Scene, at, event_type, newest, page, scheduled};
use crate::page::SCAN_ROWS_MAX;
use crate::{AttemptFilter, MessageFilter, Order, Outcome, Settlement};

cases![
    messages_by_event_type,
    messages_by_channel,
    messages_by_time,
    messages_show_payloads_on_request,
    a_page_counts_what_passes_the_filter,
    attempts_by_how_they_ended,
    attempts_by_endpoint,
    attempts_by_time,
    attempts_by_what_their_message_is,
    a_long_search_goes_on_where_it_stopped,
];

fn channel(text: &str) -> ChannelName {
    ChannelName::new(text).expect("cases use good names")
}

/// Admits messages with these event types, channels and seconds.
async fn admit_all(scene: &Scene, to: &Application, rows: &[(&str, &[&str], i64)]) -> Vec<Message> {
    let mut admitted = Vec::new();
    for (kind, channels, second) in rows {
        let message = Message {
            event_type: event_type(kind),
            channels: channels.iter().map(|name| channel(name)).collect(),
            ..scene.new_message_at(to, at(*second))
        };
        scene.admit_message(&message, &[]).await;
        admitted.push(message);
    }
    admitted
}

/// Which of `all` pass the filter, as their places; the same in both directions.
async fn passing(scene: &Scene, all: &[Message], filter: MessageFilter) -> Vec<usize> {
    let app = all[0].app_id;
    let read = |page| scene.store.messages(app, page, filter.clone());
    let places = |items: &[Message]| -> Vec<usize> {
        items.iter().filter_map(|item| all.iter().position(|message| message.id == item.id)).collect()
    };
    let ascending = places(&read(page(ALL)).await.expect("a read").items);
    let mut descending = places(&read(newest(ALL)).await.expect("a read").items);
    descending.reverse();
    assert_eq!(ascending, descending);
    ascending
}

async fn messages_by_event_type(scene: Scene) {
    let application = scene.application().await;
    let all = admit_all(&scene, &application, &[("a", &[], 1), ("a.b", &[], 2), ("c", &[], 3)]).await;
    let of = |names: &[&str]| MessageFilter {
        event_types: Some(names.iter().map(|name| event_type(name)).collect()),
        ..MessageFilter::default()
    };
    assert_eq!(passing(&scene, &all, MessageFilter::default()).await, [0, 1, 2]);
    assert_eq!(passing(&scene, &all, of(&["a"])).await, [0]);
    assert_eq!(passing(&scene, &all, of(&["c", "a"])).await, [0, 2]);
    assert_eq!(passing(&scene, &all, of(&["d"])).await, []);
    assert_eq!(passing(&scene, &all, of(&[])).await, []);
}

async fn messages_by_channel(scene: Scene) {
    let application = scene.application().await;
    let rows: [(&str, &[&str], i64); 4] =
        [("a", &["x", "xy"], 1), ("a", &["xy"], 2), ("a", &[], 3), ("a", &["z", "x"], 4)];
    let all = admit_all(&scene, &application, &rows).await;
    let of = |name| MessageFilter { channel: Some(channel(name)), ..MessageFilter::default() };
    assert_eq!(passing(&scene, &all, of("x")).await, [0, 3], "a part of a name is not the name");
    assert_eq!(passing(&scene, &all, of("xy")).await, [0, 1]);
    assert_eq!(passing(&scene, &all, of("y")).await, []);
}

async fn messages_by_time(scene: Scene) {
    let application = scene.application().await;
    let rows = [("a", &[] as &[&str], 100), ("a", &[], 200), ("a", &[], 300), ("a", &[], 1300)];
    let all = admit_all(&scene, &application, &rows).await;
    let between = |after: Option<i64>, before: Option<i64>| MessageFilter {
        after: after.map(at),
        before: before.map(at),
        ..MessageFilter::default()
    };
    assert_eq!(passing(&scene, &all, between(Some(100), None)).await, [1, 2, 3]);
    assert_eq!(passing(&scene, &all, between(None, Some(300))).await, [0, 1]);
    assert_eq!(passing(&scene, &all, between(Some(100), Some(1300))).await, [1, 2]);
    assert_eq!(passing(&scene, &all, between(Some(99), Some(101))).await, [0]);
    assert_eq!(passing(&scene, &all, between(Some(300), Some(200))).await, []);
}

async fn messages_show_payloads_on_request(scene: Scene) {
    let application = scene.application().await;
    let (message, _) = scene.admit(&application, &[]).await;
    for (with_payload, payload) in [(true, message.payload.clone()), (false, None)] {
        let filter = MessageFilter { with_payload, ..MessageFilter::default() };
        let items = scene.store.messages(application.id, page(ALL), filter).await.expect("a read").items;
        assert_eq!(items, [Message { payload, ..message.clone() }]);
    }
}

async fn a_page_counts_what_passes_the_filter(scene: Scene) {
    let application = scene.application().await;
    let rows: Vec<(&str, &[&str], i64)> =
        (0..20).map(|second| (if second % 5 == 0 { "wanted" } else { "other" }, &[] as _, second)).collect();
    let all = admit_all(&scene, &application, &rows).await;
    let filter = MessageFilter { event_types: Some(vec![event_type("wanted")]), ..MessageFilter::default() };
    let read = |page| scene.store.messages(application.id, page, filter.clone());
    let first = read(page(2)).await.expect("a read");
    assert_eq!(first.items.iter().map(|message| message.id).collect::<Vec<_>>(), [all[0].id, all[5].id]);
    assert_eq!(first.resume, Some(all[5].id));
    let second = read(two_behind(first.resume)).await.expect("a read");
    assert_eq!(second.items.iter().map(|message| message.id).collect::<Vec<_>>(), [all[10].id, all[15].id]);
    assert_eq!(second.resume, None, "the rows behind it do not pass");
}

fn two_behind(after: Option<klingel_model::MessageId>) -> crate::Page<klingel_model::MessageId> {
    crate::Page { after, ..page(2) }
}

/// One message with attempts of these endpoints, statuses and seconds.
async fn attempts(
    scene: &Scene,
    application: &Application,
    rows: &[(&Endpoint, u16, i64)],
) -> (Message, Vec<Settlement>) {
    let (message, seq) = scene.admit(application, &[]).await;
    let settlements: Vec<_> = rows
        .iter()
        .map(|(endpoint, status, second)| {
            let outcome = if *status == 200 { Outcome::Delivered } else { Outcome::GivenUp };
            let mut settlement = scene.settlement(&message, scheduled(endpoint, seq), 1, outcome);
            let attempt = settlement.attempt.as_mut().expect("it has one");
            (attempt.started_at, attempt.response_status) = (at(*second), *status);
            attempt.id = scene.id_at(at(*second));
            settlement
        })
        .collect();
    scene.store.settle(Arc::new(settlements.clone())).await.expect("they are taken");
    (message, settlements)
}

/// Which of `all` pass the filter, as their places, by message.
async fn passing_attempts(
    scene: &Scene,
    message: &Message,
    all: &[Settlement],
    filter: AttemptFilter,
) -> Vec<usize> {
    let scan = scene.store.attempts_of_message(message.app_id, message.id, page(ALL), filter).await;
    let items = scan.expect("a read").items;
    let place = |id| all.iter().position(|settlement| settlement.attempt.as_ref().map(|a| a.id) == Some(id));
    items.iter().filter_map(|item| place(item.id)).collect()
}

async fn attempts_by_how_they_ended(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let rows = [0, 200, 299, 404, 500, 599].map(|status| (&endpoint, status, i64::from(status)));
    let (message, all) = attempts(&scene, &application, &rows).await;
    let by_status = |status| AttemptFilter { status: Some(status), ..AttemptFilter::default() };
    assert_eq!(passing_attempts(&scene, &message, &all, by_status(AttemptStatus::Success)).await, [1]);
    let failed = passing_attempts(&scene, &message, &all, by_status(AttemptStatus::Fail)).await;
    assert_eq!(failed, [0, 2, 3, 4, 5]);
    let by_class = |class| AttemptFilter { status_class: Some(class), ..AttemptFilter::default() };
    for (class, expected) in
        [(0, vec![0]), (200, vec![1, 2]), (400, vec![3]), (500, vec![4, 5]), (300, vec![])]
    {
        assert_eq!(passing_attempts(&scene, &message, &all, by_class(class)).await, expected);
    }
}

async fn attempts_by_endpoint(scene: Scene) {
    let (application, first) = scene.pair().await;
    let second = scene.endpoint(&application).await;
    let rows = [(&first, 500, 1), (&second, 500, 2), (&first, 200, 3)];
    let (message, all) = attempts(&scene, &application, &rows).await;
    let of =
        |endpoint: &Endpoint| AttemptFilter { endpoint_id: Some(endpoint.id), ..AttemptFilter::default() };
    assert_eq!(passing_attempts(&scene, &message, &all, of(&first)).await, [0, 2]);
    assert_eq!(passing_attempts(&scene, &message, &all, of(&second)).await, [1]);
}

async fn attempts_by_time(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let rows = [(&endpoint, 500, 1000), (&endpoint, 500, 2000), (&endpoint, 200, 3000)];
    let (message, all) = attempts(&scene, &application, &rows).await;
    let between = |after: Option<i64>, before: Option<i64>| AttemptFilter {
        after: after.map(at),
        before: before.map(at),
        ..AttemptFilter::default()
    };
    assert_eq!(passing_attempts(&scene, &message, &all, between(Some(1000), None)).await, [1, 2]);
    assert_eq!(passing_attempts(&scene, &message, &all, between(None, Some(3000))).await, [0, 1]);
    assert_eq!(passing_attempts(&scene, &message, &all, between(Some(1999), Some(2001))).await, [1]);
    let read = |filter| scene.store.attempts_of_endpoint(application.id, endpoint.id, newest(ALL), filter);
    let of_endpoint = read(between(Some(1000), Some(3000))).await.expect("a read").items;
    assert_eq!(of_endpoint.iter().map(|attempt| attempt.started_at).collect::<Vec<_>>(), [at(2000)]);
}

async fn attempts_by_what_their_message_is(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    for (kind, name) in [("a", "x"), ("b", "x"), ("b", "y")] {
        let message = Message {
            event_type: event_type(kind),
            channels: Arc::from([channel(name)]),
            ..scene.new_message(&application)
        };
        let seq = scene.admit_message(&message, &[&endpoint]).await;
        scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Delivered).await;
    }
    let count = async |kind: Option<&str>, name: Option<&str>| {
        let filter = AttemptFilter {
            event_types: kind.map(|kind| vec![event_type(kind)]),
            channel: name.map(channel),
            ..AttemptFilter::default()
        };
        let scan = scene.store.attempts_of_endpoint(application.id, endpoint.id, page(ALL), filter).await;
        scan.expect("a read").items.len()
    };
    assert_eq!(count(None, None).await, 3);
    assert_eq!(count(Some("b"), None).await, 2);
    assert_eq!(count(None, Some("x")).await, 2);
    assert_eq!(count(Some("b"), Some("x")).await, 1);
    assert_eq!(count(Some("c"), None).await, 0);
}

async fn a_long_search_goes_on_where_it_stopped(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let rows: Vec<_> = (0..SCAN_ROWS_MAX + 10)
        .map(|n| (&endpoint, if n == SCAN_ROWS_MAX + 5 { 200 } else { 500 }, 1))
        .collect();
    let (message, all) = attempts(&scene, &application, &rows).await;
    let filter = AttemptFilter { status: Some(AttemptStatus::Success), ..AttemptFilter::default() };
    let read = |page| scene.store.attempts_of_message(application.id, message.id, page, filter.clone());
    let first = read(page(5)).await.expect("a read");
    assert!(first.items.is_empty(), "nothing is found within the rows that one page looks at");
    let last_looked_at = all[SCAN_ROWS_MAX - 1].attempt.as_ref().map(|attempt| attempt.id);
    assert_eq!(first.resume, last_looked_at);
    let found = walk(Order::Ascending, 5, read).await;
    let wanted: Vec<_> = all[SCAN_ROWS_MAX + 5].attempt.clone().into_iter().collect();
    assert_eq!(found, wanted);
}
