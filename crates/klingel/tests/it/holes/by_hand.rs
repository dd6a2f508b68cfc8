//! D9 to D12: resending, disabling, and working off what has piled up.

use klingel_testkit::gate::Gate;
use klingel_testkit::receiver::{Answer, Receiver};
use serde_json::json;

use super::queue::{accepted, arrived};
use crate::server::House;

#[tokio::test(flavor = "multi_thread")]
async fn d09_a_failed_resend_leaves_the_schedule_alone() {
    let (house, receiver) = (House::new(), Receiver::start().await);
    receiver.answer_in_turn([Answer::status(500), Answer::status(500)]);
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[]).await;
    let endpoint = json!({ "url": receiver.url("/hook"), "retrySchedule": [0.8] });
    let endpoint = api.endpoint("app", &endpoint).await;
    let id = api.accepted("app", &json!({})).await;
    api.recorded("app", &endpoint, 1).await;
    let resend = format!("/api/v1/app/app/msg/{id}/endpoint/{endpoint}/resend/");
    assert_eq!(api.call(http::Method::POST, &resend, "".into()).await.expect("it answers").0, 202);

    let attempts = api.recorded("app", &endpoint, 3).await;
    let shown: Vec<_> = attempts.iter().rev().map(|a| (&a["triggerType"], &a["status"])).collect();
    let [scheduled, by_hand, failed, succeeded] = [json!(0), json!(1), json!(2), json!(0)];
    assert_eq!(shown, [(&scheduled, &failed), (&by_hand, &failed), (&scheduled, &succeeded)]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d10_what_is_owed_to_a_disabled_endpoint_is_kept_and_sent_when_it_is_enabled() {
    let (house, receiver) = (House::new(), Receiver::start().await);
    receiver.answer_in_turn([Answer::status(500)]);
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[]).await;
    let endpoint = json!({ "url": receiver.url("/hook"), "retrySchedule": [0.3] });
    let endpoint = api.endpoint("app", &endpoint).await;
    let path = format!("/app/app/endpoint/{endpoint}/");
    let id = api.accepted("app", &json!({})).await;
    api.recorded("app", &endpoint, 1).await;
    let switch = async |disabled: bool| {
        let body = json!({ "disabled": disabled }).to_string();
        let answer = api.call(http::Method::PATCH, &format!("/api/v1{path}"), body.into()).await;
        assert_eq!(answer.expect("it answers").0, 200);
    };
    switch(true).await;
    let meanwhile = api.accepted("app", &json!({})).await;
    let destinations = api.get(&format!("/app/app/msg/{id}/endpoint/")).await;
    assert_eq!(destinations["data"][0]["statusText"], "sending", "{destinations}");
    let none = api.get(&format!("/app/app/msg/{meanwhile}/endpoint/")).await;
    assert_eq!(none["data"], json!([]), "a disabled endpoint is owed nothing new, and the API says so");

    switch(false).await;
    let requests = receiver.wait_for(2).await;
    assert!(requests.iter().all(|request| request.headers["webhook-id"] == id.as_str()));
    api.recorded("app", &endpoint, 2).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d11_a_resend_to_a_disabled_endpoint_is_refused_and_says_why() {
    let (house, receiver) = (House::new(), Receiver::start().await);
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[]).await;
    let endpoint = api.endpoint("app", &json!({ "url": receiver.url("/hook"), "disabled": true })).await;
    let id = api.accepted("app", &json!({})).await;
    let path = format!("/api/v1/app/app/msg/{id}/endpoint/{endpoint}/resend/");
    let (status, body) = api.call(http::Method::POST, &path, "".into()).await.expect("it answers");
    assert_eq!(status, 409, "{}", String::from_utf8_lossy(&body));
    assert!(String::from_utf8_lossy(&body).contains("disabled"), "{}", String::from_utf8_lossy(&body));
    assert_eq!(receiver.count(), 0);
    server.stop().await;
}

/// Longer than a lane holds in memory and than one read of the store brings, and read again after a crash.
#[tokio::test(flavor = "multi_thread")]
async fn d12_a_backlog_longer_than_any_page_arrives_whole_and_once() {
    const BACKLOG: usize = 700;
    let house = House::new().with("KLINGEL_LANE_WAITING_MAX", "300");
    let (receiver, gate) = (Receiver::start().await, Gate::shut());
    let held = gate.clone();
    receiver.answer_with(move |_| Answer::status(200).hold(&held));
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[]).await;
    let endpoint = json!({ "url": receiver.url("/hook"), "maxInFlight": 1 });
    let endpoint = api.endpoint("app", &endpoint).await;
    let owed = accepted(&api, "app", BACKLOG).await;
    receiver.wait_for(1).await;
    server.kill().await;

    gate.open();
    let next = house.serve().await;
    receiver.wait_for(BACKLOG as u64 + 1).await;
    assert_eq!(arrived(&receiver), (owed, 1), "only what was under way at the crash came twice");
    next.api(&key).recorded("app", &endpoint, 250).await;
    next.stop().await;
}
