//! D1 to D5: what lies between accepting a message and its first attempt.

use std::collections::BTreeSet;

use klingel_testkit::gate::Gate;
use klingel_testkit::receiver::{Answer, Receiver};
use serde_json::json;
use tokio::task::JoinSet;

use crate::api::Api;
use crate::server::House;

/// Posts so many messages at once; gives their ids.
pub(super) async fn accepted(api: &Api, uid: &'static str, count: usize) -> BTreeSet<String> {
    let mut publishers = JoinSet::new();
    for number in 0..count {
        let api = api.clone();
        publishers.spawn(async move { api.accepted(uid, &json!({ "number": number })).await });
    }
    publishers.join_all().await.into_iter().collect()
}

/// The ids that a receiver has seen, and how many requests were repetitions.
pub(super) fn arrived(receiver: &Receiver) -> (BTreeSet<String>, usize) {
    let requests = receiver.requests();
    let id = |headers: &http::HeaderMap| headers["webhook-id"].to_str().expect("ids are ASCII").to_owned();
    let ids: BTreeSet<String> = requests.iter().map(|request| id(&request.headers)).collect();
    let repeated = requests.len() - ids.len();
    (ids, repeated)
}

#[tokio::test(flavor = "multi_thread")]
async fn d01_a_crash_between_commit_and_hand_off_loses_nothing() {
    let house = House::new().with("KLINGEL_IN_FLIGHT_MAX", "1");
    let (receiver, gate) = (Receiver::start().await, Gate::shut());
    let held = gate.clone();
    receiver.answer_with(move |_| Answer::status(200).hold(&held));
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[receiver.url("/hook")]).await;
    let message = json!({ "eventType": "a.b", "eventId": "order-17", "payload": {} });
    let first = api.post("/app/app/msg/", &message).await;
    // One is under way and its answer is held; of the others no attempt was ever made.
    let mut owed = accepted(&api, "app", 20).await;
    owed.insert(first["id"].as_str().expect("an id").to_owned());
    receiver.wait_for(1).await;
    server.kill().await;

    gate.open();
    let next = house.serve().await;
    let again =
        next.api(&key).call(http::Method::POST, "/api/v1/app/app/msg/", message.to_string().into()).await;
    assert_eq!(again.expect("it answers").0, 409, "the publisher who asks again learns that it is known");
    receiver.wait_for(22).await;
    let (ids, repeated) = arrived(&receiver);
    assert_eq!((ids, repeated), (owed, 1), "only what was under way at the crash came twice");
    next.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d02_retries_that_wait_survive_a_crash() {
    let (house, receiver) = (House::new(), Receiver::start().await);
    receiver.answer_in_turn([Answer::status(500)]);
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[]).await;
    let endpoint = json!({ "url": receiver.url("/hook"), "retrySchedule": [0.5] });
    let endpoint = api.endpoint("app", &endpoint).await;
    let id = api.accepted("app", &json!({})).await;
    let attempts = api.recorded("app", &endpoint, 1).await;
    assert!(attempts[0]["nextAttempt"].is_string(), "{}", attempts[0]);
    server.kill().await;

    let next = house.serve().await;
    let requests = receiver.wait_for(2).await;
    assert!(requests.iter().all(|request| request.headers["webhook-id"] == id.as_str()));
    let attempts = next.api(&key).recorded("app", &endpoint, 2).await;
    assert_eq!((attempts[0]["attemptNumber"].as_u64(), attempts[0]["status"].as_u64()), (Some(2), Some(0)));
    next.stop().await;
}

/// That the file reaches the disk before the answer is the business of `synchronous = FULL`, which the store's own
/// tests look at; that it is in the file at all shows a copy of the file.
#[tokio::test(flavor = "multi_thread")]
async fn d03_an_accepted_message_is_in_the_file_when_it_is_answered() {
    let (house, receiver) = (House::new(), Receiver::start().await);
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &["http://127.0.0.1:1/nobody".to_owned()]).await;
    let mut ids = Vec::new();
    let mut copies = Vec::new();
    for _ in 0..3 {
        ids.push(api.accepted("app", &json!({})).await);
        copies.push(house.copy());
    }
    for (known, copy) in copies.iter().enumerate() {
        let server = copy.serve().await;
        for id in &ids[..=known] {
            server.api(&key).get(&format!("/app/app/msg/{id}/")).await;
        }
        server.kill().await;
    }
    assert_eq!(receiver.count(), 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d04_what_is_lost_in_memory_is_found_in_the_store_without_a_restart() {
    let house = House::new().with("KLINGEL_NUDGES_MAX", "1").with("KLINGEL_SWEEP_EVERY", "1h");
    let receiver = Receiver::start().await;
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[receiver.url("/hook")]).await;
    let owed = accepted(&api, "app", 300).await;
    receiver.wait_for(300).await;
    assert_eq!(arrived(&receiver), (owed, 0));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d05_an_outage_of_the_store_moves_nothing_aside_and_repeats_nothing() {
    let house = House::new().with("KLINGEL_STORE_BUSY_TIMEOUT", "20ms");
    let (receiver, gate) = (Receiver::start().await, Gate::shut());
    let held = gate.clone();
    receiver.answer_with(move |_| Answer::status(200).hold(&held));
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[]).await;
    let endpoint = json!({ "url": receiver.url("/hook"), "maxInFlight": 8 });
    let endpoint = api.endpoint("app", &endpoint).await;
    let owed = accepted(&api, "app", 8).await;
    receiver.wait_for(8).await;

    let lock = house.lock();
    gate.open();
    assert_eq!(api.publish("app", &json!({})).await, Ok(Err(503)), "no promise is made that cannot be kept");
    server.wrote_times("recording attempts failed", 4).await;
    drop(lock);

    let attempts = api.recorded("app", &endpoint, 8).await;
    assert!(attempts.iter().all(|attempt| attempt["status"] == 0), "{attempts:?}");
    assert_eq!(arrived(&receiver), (owed, 0), "each was sent once, although recording it failed four times");
    server.stop().await;
}
